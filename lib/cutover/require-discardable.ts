import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Place } from '#lib/postgres/place.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { Cutover } from './cutover.ts';

/**
 * Where that lies which a run keeps beside the live database, once the run has ended.
 * @throws RefusedError where the run goes on, or keeps nothing.
 */
export async function requireDiscardable(
  repository: Repository,
  { run, cutover }: { run: string; cutover: Cutover },
): Promise<Place> {
  const ended = await readResult(repository, run);
  if (ended === undefined) {
    throw new RefusedError(`Run ${run} has not ended: its copy is still needed.`, {
      code: 'run_not_ended',
      hint: `End it first: \`holdfast cancel ${run}\`, or \`holdfast resume ${run}\` where its process was killed.`,
    });
  }
  return requireKept(cutover, run);
}

function requireKept({ state, details, staging, putAside, target }: Cutover, run: string): Place {
  const place = state === 'staged' ? staging : putAside;
  if (details.strategy !== 'in-place' && state !== 'discarded' && place !== null) return place;
  const inPlace = details.strategy === 'in-place' ? ` It restored into ${target} itself.` : '';
  throw new RefusedError(`Run ${run} keeps nothing beside ${target}.${inPlace}`, {
    code: state === 'discarded' ? 'already_discarded' : 'nothing_put_aside',
    hint: `See \`holdfast show ${run}\` for what the run did.`,
  });
}

/** What that is, for people. */
export function describeKept({ state, target, cutOverAt }: Cutover): string {
  const since = cutOverAt === null ? '' : describeTime(cutOverAt);
  if (state === 'live') return `what ${target} served until ${since}`;
  return state === 'rolled-back'
    ? `what ${target} served since ${since}, until the rollback`
    : 'a copy that did not go live';
}
