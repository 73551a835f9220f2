import type { Connection } from '#lib/config/config.ts';
import { maskUrl } from '#lib/postgres/mask-url.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';
import type { ChosenCutover } from './choose-cutover.ts';
import type { Cutover } from './cutover.ts';
import type { ClientGroup } from './database-swap/clients.ts';

/** The place of a run's id in what is told before there is one. */
export const runPlaceholder = 'RUN';

/** `database-swap: role app can create databases`. */
export function describeChoice({ details, because }: Cutover): string {
  return `${details.strategy}: ${because}`;
}

/** What a cut-over is about to do to its target, for the person who is asked: names and texts. Pure. */
export function describePlan(
  { cutover, facts }: Pick<ChosenCutover, 'facts'> & { cutover: Cutover },
  { target, keepPreviousMs }: { target: Connection; keepPreviousMs: number },
): [name: string, text: string][] {
  const { content = 'the database is empty', clients } = facts;
  return [
    ['how', describeChoice(cutover)],
    [target.name, `${maskUrl(target.url)}: ${content}`],
    [
      'clients',
      `${describeClients(clients)}${clients.length > 0 ? `; ${describeInterruption(cutover, target.name)}` : ''}`,
    ],
    ['kept', describeKept(cutover, { keepPreviousMs })],
  ];
}

/** `3 are connected: 2 of web (role app), 1 of role admin`. */
export function describeClients(clients: readonly ClientGroup[]): string {
  const total = clients.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return 'none are connected';
  const groups = clients.map(
    ({ application, role, count }) =>
      `${count} of ${application === '' ? `role ${role}` : `${application} (role ${role})`}`,
  );
  return `${total === 1 ? '1 is' : `${total} are`} connected: ${groups.join(', ')}`;
}

function describeInterruption({ details }: Cutover, target: string): string {
  return details.strategy === 'in-place'
    ? `${target} is read-only for them from now to the end`
    : 'they are disconnected for the moment of the cut-over';
}

function describeKept({ details }: Cutover, { keepPreviousMs }: { keepPreviousMs: number }): string {
  const back = `\`holdfast rollback ${runPlaceholder}\` brings it back`;
  const until = `for ${describeDuration(keepPreviousMs)}; ${back}`;
  switch (details.strategy) {
    case 'database-swap':
      return `what it serves now, as database ${details.before}, ${until}`;
    case 'neon-branch':
      return `what it serves now, as branch ${details.preservedName}, ${until}`;
    case 'in-place':
      return `a safety backup of what it holds is taken first; ${back}`;
  }
}
