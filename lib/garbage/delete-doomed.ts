import { randomBytes } from 'node:crypto';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Deletion } from '#lib/repository/object-store.ts';
import { OutOfTimeError } from '#lib/repository/out-of-time-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { chunkKey } from '#lib/repository/repository-keys.ts';
import { addDeletion, noDeletion } from './deletion-total.ts';
import { doomedLeaseMs, removeDoomedList, writeDoomedList } from './doomed-list.ts';

const namesAtOnce = 1_000;
/** Far more than a list of the usual length takes. */
const mostRounds = 60;

export interface DoomedChunks {
  /** How the list's name begins, for people. Each call has a list of its own. */
  id: string;
  names: readonly string[];
  /** Which of the names are needed after all. Asked after the list is written, and again where deleting takes long. */
  spare: (names: readonly string[]) => Promise<ReadonlySet<string>>;
}

/**
 * Deletes chunks so that no backup that commits at the same time, here or on another machine, loses one of them.
 *
 * The deleter writes a list of what it will delete, then looks whether somebody needs it. A commit announces what it
 * needs, then looks for lists. Whoever comes second sees the other: a deleter that sees the announcement spares the
 * chunks; a commit that sees the list waits until it is gone, and then asks the store whether its chunks are there. So a
 * committed backup has been asked for after the last deletion that did not know of it. No clock and no lock takes part,
 * but for the list of a killed deleter, which is disregarded long after it could delete anything.
 *
 * Safe to run twice, and several at once: none takes away the list by which another is seen. The list stays where a
 * request fails, as it may still be carried out.
 */
export async function deleteDoomed(repository: Repository, doomed: DoomedChunks): Promise<Deletion> {
  const list = `${doomed.id}-${randomBytes(6).toString('hex')}`;
  let deletion = noDeletion;
  let rest = doomed.names;
  for (let round = 1; rest.length > 0; round++) {
    if (round > mostRounds) throw tooSlow(repository, rest.length);
    // Before the list is written: it is never older than the lease.
    const isInTime = startLease();
    await writeDoomedList(repository, list, rest);
    const spared = await askSpared(repository, { ...doomed, id: list, names: rest });
    rest = rest.filter((name) => !spared.has(name));
    try {
      while (rest.length > 0) {
        const keys = rest.slice(0, namesAtOnce).map(chunkKey);
        deletion = addDeletion(deletion, await repository.store.deleteMany(keys, { isInTime }));
        rest = rest.slice(namesAtOnce);
      }
    } catch (cause) {
      if (!(cause instanceof OutOfTimeError)) throw cause;
    }
  }
  await removeDoomedList(repository, list);
  return deletion;
}

/** Who cannot tell what is needed deletes nothing: the list goes, so that no commit waits for it. */
async function askSpared(repository: Repository, { id, names, spare }: DoomedChunks): Promise<ReadonlySet<string>> {
  try {
    return await spare(names);
  } catch (cause) {
    await removeDoomedList(repository, id).catch(() => undefined);
    throw cause;
  }
}

/** One clock stands still while a machine sleeps, the other one can be set: whichever says that more has passed is right. */
function startLease(): () => boolean {
  const [wall, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - steady) < doomedLeaseMs;
}

function tooSlow({ location }: Repository, left: number): UnavailableError {
  return new UnavailableError(`${location} is too slow to delete from: ${left} chunks of a list are left.`, {
    code: 'sweep_too_slow',
    hint: 'The next prune goes on.',
  });
}
