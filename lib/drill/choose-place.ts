import type { Config } from '#lib/config/config.ts';
import type { Environment } from '#lib/config/environment.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { scratchConnectionName } from '#lib/scratch/scratch-connection.ts';

/** Where the copy of a drill is built: beside a connection's database, or on a server that is started for it. */
export interface DrillPlace {
  kind: 'connection' | 'scratch';
  /** The connection's name; a scratch server is one as long as it is there. */
  target: string;
}

/**
 * Pure. `to` is what the request names; else the config's `drill.on` of the drilled connection.
 * @throws UsageError (no such connection), RefusedError where a server would have to be started and none can last.
 */
export function chooseDrillPlace(
  config: Config,
  drill: { runId: string; connection: string; to: string | undefined; environment: Environment },
): DrillPlace {
  const named = drill.to ?? config.care.get(drill.connection)?.drillOn ?? null;
  if (named !== null) return { kind: 'connection', target: findConnection(config, named).name };
  if ((drill.environment['VERCEL'] ?? '') !== '') {
    throw new RefusedError('A drill needs a PostgreSQL server to restore to, and none can be started on Vercel.', {
      code: 'drill_needs_place',
      hint: `Name a connection whose server may hold a copy for a while: \`drill: { on: 'NAME' }\` of connection ${drill.connection}.`,
    });
  }
  return { kind: 'scratch', target: scratchConnectionName(drill.runId) };
}
