import type { NeonControlPlane } from '#tests/support/neon-control-plane/neon-control-plane.ts';
import { runSql } from '#tests/support/with-client.ts';
import type { Standing } from './transfer-target.ts';

/** What may lie beside the branches of people after a run; `before`: the branch with the former content. */
const wanted = {
  untouched: { must: [], may: [] },
  live: { must: ['before'], may: ['staging'] },
  'rolled-back': { must: ['rolled-back'], may: ['before', 'staging'] },
  discarded: { must: [], may: ['emptied-before', 'emptied-staging', 'emptied-rolled-back'] },
} as const satisfies Record<Standing, { must: readonly string[]; may: readonly string[] }>;

/**
 * Holds the branches of a project against what a run may leave: what was put aside, with an endpoint; and what Neon does
 * not delete because a live branch descends from it, which has no endpoint, and no content once it is discarded.
 */
export async function judgeBranches(
  plane: NeonControlPlane,
  about: { restore: string; standing: Standing; ancestry: 'chain' | 'detached'; database: string },
): Promise<string[]> {
  const { restore, standing, ancestry, database } = about;
  const { must, may } = wanted[standing];
  const named = (parts: readonly string[]): string[] => parts.map((part) => `holdfast-${part}-${restore}`);
  const found = plane.branches().filter(({ name }) => name !== 'main' && name !== 'live');
  const names = found.map(({ name }) => name);
  const kept = standing === 'discarded' && ancestry === 'detached' ? [] : named(may);
  const wrong = [
    ...named(must).flatMap((name) => (names.includes(name) ? [] : [`there is no branch ${name}`])),
    ...names.flatMap((name) => ([...named(must), ...kept].includes(name) ? [] : [`branch ${name} is left`])),
    ...found.flatMap(({ name, host }) =>
      kept.includes(name) && host !== null ? [`branch ${name} still has an endpoint`] : [],
    ),
    ...found.flatMap(({ name, host }) =>
      named(must).includes(name) && host === null ? [`branch ${name} has no endpoint`] : [],
    ),
  ];
  if (standing !== 'discarded') return wrong;
  for (const { name } of found) {
    const sql = `select from pg_database where datname = '${database}'`;
    const rows = await runSql(plane.superuserUrlOf('postgres', name), sql);
    if (rows.length > 0) wrong.push(`branch ${name} still holds ${database}`);
  }
  return wrong;
}
