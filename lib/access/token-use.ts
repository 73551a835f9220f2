import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';

const tokenUseSchema = z.strictObject({ at: z.iso.datetime() });

/** How exact the last use of a token is kept. */
const useGranularityMs = 3_600_000;

/**
 * Notes that a token is used, at most once an hour and process. An object of its own: written into the token it could
 * undo a revocation of the same moment. Safe to repeat. @throws StorageError, UnavailableError.
 */
export async function noteTokenUse(
  repository: Repository,
  id: string,
  { known, now = Date.now() }: { known: Map<string, number>; now?: number },
): Promise<void> {
  if (now - (known.get(id) ?? 0) < useGranularityMs) return;
  known.set(id, now);
  await repository.putJson(usedAtKey(id), { at: new Date(now).toISOString() });
}

/** When a token was last used, to the hour; `null`: never. @throws DamagedError, StorageError. */
export async function readTokenUse(repository: Repository, id: string): Promise<string | null> {
  return (await repository.getJson(usedAtKey(id), tokenUseSchema))?.at ?? null;
}

function usedAtKey(id: string): string {
  return `access/uses/${id}.json`;
}
