import { type Identity, isInScope } from '#lib/access/identity.ts';
import type { Config } from '#lib/config/config.ts';
import { driverOf } from '#lib/postgres/choose-driver.ts';
import { maskUrl } from '#lib/postgres/mask-url.ts';

/** A connection as people may see it: no secret. */
export interface ShownConnection {
  name: string;
  /** Without password and parameters; `null`: the config names it and this machine has no URL for it. */
  url: string | null;
  protected: boolean;
  driver: string | null;
  neon: { project: string; branch: string | null } | null;
  excludeSchemas: readonly string[];
  criticalQueries: number | null;
  rpoMs: number | null;
  rtoMs: number | null;
  schedules: { kind: string; cron: string; jitterMs: number }[];
}

/** The connections that an identity may see, by name, as the config has them. Pure. */
export function listConnections(
  { connections, care }: Pick<Config, 'connections' | 'care'>,
  identity: Identity,
): ShownConnection[] {
  const names = [...new Set([...care.keys(), ...connections.keys()])].sort();
  return names
    .filter((name) => isInScope(identity, [name]))
    .map((name) => {
      const connection = connections.get(name);
      const { rpoMs = null, rtoMs = null, schedules = [] } = care.get(name) ?? {};
      return {
        name,
        url: connection === undefined ? null : maskUrl(connection.url),
        protected: connection?.protected ?? false,
        driver: connection === undefined ? null : driverOf(connection),
        neon: connection?.neon ?? null,
        excludeSchemas: connection?.excludeSchemas ?? [],
        criticalQueries: connection?.criticalQueries?.length ?? null,
        ...{ rpoMs, rtoMs, schedules: [...schedules] },
      };
    });
}
