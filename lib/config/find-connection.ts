import { UsageError } from '#lib/errors/usage-error.ts';
import type { Config, Connection } from './config.ts';

/** The connection of that name. @throws UsageError that lists the names there are. */
export function findConnection(config: Config, name: string): Connection {
  const connection = config.connections.get(name);
  if (connection) return connection;
  const known = [...config.connections.keys()].sort();
  throw new UsageError(`There is no connection "${name}". Known: ${known.length > 0 ? known.join(', ') : 'none'}.`, {
    code: 'unknown_connection',
    hint: `Set HOLDFAST_DATABASE_${name.toUpperCase().replaceAll('-', '_')}_URL, or DATABASE_URL (production) and NEON_DATABASE_URL (neon), or name it in holdfast.config.ts.`,
  });
}
