import type { Hook } from '#lib/config/resolve-hooks.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type GateVerdict, judgeGate } from '#lib/promise/judge-gate.ts';
import { listStandings } from '#lib/standing/list-standings.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** The verdict of a hook's gate at this moment. @throws RefusedError (`unknown_connection`), DamagedError, StorageError. */
export async function askGate(
  { config, repository }: Workspace,
  { connection, gate }: Pick<Hook, 'connection' | 'gate'>,
): Promise<GateVerdict> {
  const standings = await listStandings(repository, connection);
  // A name that was mistyped must not look like a broken promise.
  if (standings.length === 0 && !config.care.has(connection)) {
    throw new RefusedError(`The hook names the connection "${connection}", and there is none.`, {
      code: 'unknown_connection',
      hint: 'Correct `connection` of the hook in the config.',
    });
  }
  return judgeGate({ connection, standings, ...gate, now: new Date() });
}
