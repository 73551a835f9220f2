import { recordError } from '#inngest/carried-error.ts';

/** A snapshot lost this often means that the server or the network does not let a backup through. */
const mostEpochs = 20;
/** A store that loses what it has taken more often than this would lose it for ever. */
const mostMissing = 2;

/**
 * Tries epoch after epoch as long as nothing stands in the way but a lost snapshot, or a chunk that was there already
 * and was swept before the commit: reading again stores it anew.
 */
export async function untilSnapshotHolds<T>(attempt: (epoch: number) => Promise<T>): Promise<T> {
  let missing = 0;
  for (let epoch = 1; ; epoch++) {
    try {
      return await attempt(epoch);
    } catch (cause) {
      const { name, code } = recordError(cause);
      const isMissing = code === 'object_missing' && ++missing <= mostMissing;
      if (!(name === 'SnapshotLostError' || isMissing) || epoch >= mostEpochs) throw cause;
    }
  }
}
