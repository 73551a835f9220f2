import type { HookToken } from '#lib/hooks/hook-token.ts';
import { readHookToken } from '#lib/hooks/hook-token-store.ts';
import { processState } from '#lib/process/process-state.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

/** How late a token that another process made or revoked may be noticed. */
const freshMs = 30_000;

interface Known {
  at: number;
  token: Promise<HookToken | undefined>;
}

const known = (): Map<string, Known> => processState('hook-tokens', () => new Map<string, Known>());

/**
 * The token of a hook of the config, read from the repository at most every 30 s: wrong ones, however many, cost no more
 * than that. @throws DamagedError, StorageError.
 */
export async function findHookToken(name: string): Promise<HookToken | undefined> {
  const { repository } = await openWorkspace();
  const key = `${repository.location} ${name}`;
  const found = known().get(key);
  if (found !== undefined && Date.now() - found.at < freshMs) return found.token;
  const token = readHookToken(repository, name);
  known().set(key, { at: Date.now(), token });
  // A store that does not answer now is asked again.
  token.catch(() => known().delete(key));
  return token;
}

/** Has the next one who asks read the token anew: it was made or revoked here. */
export function forgetHookTokens(): void {
  known().clear();
}
