import type { ApiToken } from '#lib/access/api-token.ts';
import type { FindToken } from '#lib/access/check-token.ts';
import { readToken } from '#lib/access/token-store.ts';
import { processState } from '#lib/process/process-state.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** How late a revocation that another process made may be noticed. */
const freshMs = 30_000;
const mostTokens = 1_000;
/** Ids only: a few of them cost nothing, and a real service has no more tokens than that. */
const mostKnown = 10_000;

const cache = (): Map<string, { location: string; token: ApiToken; at: number }> =>
  processState('token-cache', () => new Map());

/** The ids that were once found. What is read anew is still no made-up one. */
const once = (): Set<string> => processState('known-token-ids', () => new Set());

/** Finds tokens, reading each from the repository at most every 30 s. An unknown one is looked for each time. */
export function findCached(repository: Repository): FindToken {
  return async (id) => {
    const { location } = repository;
    const known = cache().get(id);
    if (known?.location === location && Date.now() - known.at < freshMs) return known.token;
    const token = await readToken(repository, id);
    if (cache().size >= mostTokens) cache().clear();
    if (token === undefined) return undefined;
    cache().set(id, { location, token, at: Date.now() });
    if (once().size >= mostKnown) once().clear();
    once().add(id);
    return token;
  };
}

/** Whether this process has found the token before, however long ago. */
export function isKnownToken(id: string): boolean {
  return once().has(id);
}

/** Makes this process read the tokens anew: one of them was changed. */
export function forgetTokens(): void {
  cache().clear();
}
