import { recordError } from '#inngest/carried-error.ts';

/** A snapshot lost this often means that the server or the network does not let a backup through. */
const mostEpochs = 20;

/** Tries epoch after epoch as long as nothing but a lost snapshot stands in the way. */
export async function untilSnapshotHolds<T>(attempt: (epoch: number) => Promise<T>): Promise<T> {
  for (let epoch = 1; ; epoch++) {
    try {
      return await attempt(epoch);
    } catch (cause) {
      if (recordError(cause).name !== 'SnapshotLostError' || epoch >= mostEpochs) throw cause;
    }
  }
}
