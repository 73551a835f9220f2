import type { Config, Connection } from '#lib/config/config.ts';
import type { NeonBranch } from '#lib/cutover/cutover.ts';

/**
 * Looks at the target's project and plans a cut-over by a branch restore. Reads only.
 * @throws RefusedError where the branch cannot be restored, or where it would take other databases along and `forced` is
 *   not set; UnavailableError where Neon does not answer.
 */
export async function planNeonBranch(_options: {
  config: Config;
  target: Connection;
  runId: string;
  /** A branch restore was asked for by name: other databases of the branch may move with it. */
  forced?: boolean;
}): Promise<NeonBranch> {
  throw new Error('not written yet');
}
