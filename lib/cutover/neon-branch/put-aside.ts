import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { deleteEndpoints, ensureEndpoint } from '#lib/neon/endpoints.ts';
import type { NeonBranchInfo } from '#lib/neon/list-branches.ts';
import type { Place } from '#lib/postgres/place.ts';
import type { Undertaking } from './branch-family.ts';

/** Each looks first, so a request whose answer was lost is no harm. */
const mostAttempts = 3;

/**
 * After a branch restore: gives the branch that was put aside an endpoint, so that people can look into it, and takes
 * away that of the branch whose content is live now. The restore is done, so what fails here is a note and no error.
 * Safe to run twice.
 */
export async function makeReachable(
  { api, details }: Undertaking,
  { putAside, source }: { putAside: NeonBranchInfo; source: NeonBranchInfo | undefined },
): Promise<{ place: Place; notes: string[] }> {
  const { project } = details;
  const notes: string[] = [];
  const noted = async <T>(work: () => Promise<T>, note: string): Promise<T | undefined> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (cause) {
        if (!(cause instanceof HoldfastError)) throw cause;
        if (cause.retryable && attempt < mostAttempts) {
          await sleep(api.firstDelayMs);
          continue;
        }
        notes.push(`${note}: ${cause.message}`);
        return undefined;
      }
    }
  };
  const host = await noted(
    () => ensureEndpoint(api, { project, branch: putAside.id }),
    `branch ${putAside.name} has no endpoint yet; one can be added in the Neon Console`,
  );
  if (source) {
    await noted(
      () => deleteEndpoints(api, { project, branch: source.id }),
      `branch ${source.name} still has an endpoint, which nobody needs`,
    );
  }
  // No host at all would be the live one.
  return { place: { database: null, host: host ?? putAside.id }, notes };
}
