import { z } from 'zod';
import { UsageError } from '#lib/errors/usage-error.ts';
import { bareConnection } from './bare-connection.ts';
import type { Config, Connection, NeonHome } from './config.ts';
import { configSchema, type ParsedConfig } from './config-schema.ts';
import type { Environment } from './environment.ts';
import { parseDuration } from './parse-duration.ts';
import { parseWebSocketProxy } from './parse-websocket-proxy.ts';
import { resolveAccess } from './resolve-access.ts';
import { resolveAlarms } from './resolve-alarms.ts';
import { resolveCare } from './resolve-care.ts';
import { resolveHooks } from './resolve-hooks.ts';
import { resolveRetention } from './resolve-retention.ts';
import { resolveS3 } from './s3-settings.ts';

const wellKnown = { DATABASE_URL: 'production', NEON_DATABASE_URL: 'neon' } as const;

/**
 * Lays what a person wrote over the environment's connections and the defaults.
 * `DATABASE_URL` and `NEON_DATABASE_URL` are `production` and `neon`; `HOLDFAST_DATABASE_<NAME>_URL` adds `<name>`.
 * @throws UsageError that names the field that does not parse.
 */
export function resolveConfig(written: unknown, environment: Environment): Config {
  const file = environment['HOLDFAST_CONFIG'] ?? 'holdfast.config.ts';
  const parsed = configSchema.safeParse(written ?? {});
  if (!parsed.success) {
    throw new UsageError(`${file} does not parse:\n${z.prettifyError(parsed.error)}`, {
      code: 'bad_config',
      hint: 'Correct the fields named above; the README lists every field with its default.',
      cause: parsed.error,
    });
  }
  const config = parsed.data;
  const connections = resolveConnections(config, environment);
  return {
    connections,
    care: resolveCare(config, connections.keys()),
    repository: environment['HOLDFAST_REPOSITORY'] ?? config.repository ?? 'file:.holdfast/repository',
    encryption: {
      key: environment['HOLDFAST_KEY'] ?? null,
      oldKeys: (environment['HOLDFAST_OLD_KEYS'] ?? '').split(/[\s,]+/).filter(Boolean),
    },
    s3: resolveS3(config.s3, environment),
    codec: config.codec,
    lanes: config.lanes,
    stepBudgetMs: parseDuration(environment['HOLDFAST_STEP_BUDGET'] ?? config.stepBudget, 'HOLDFAST_STEP_BUDGET'),
    lockTimeoutMs: parseDuration(config.lockTimeout, 'lockTimeout'),
    retryDelayMs: parseDuration(config.retryDelay, 'retryDelay'),
    pgDump: config.pgDump,
    proof: config.proof,
    stateFolder: environment['HOLDFAST_STATE'] ?? config.stateFolder,
    keepPreviousMs: parseDuration(config.keepPrevious, 'keepPrevious'),
    deadAfterMs: parseDuration(config.deadAfter, 'deadAfter'),
    retention: resolveRetention(config),
    formats: { of: (name) => config.connections[name]?.formats ?? config.formats },
    sweepGraceMs: parseDuration(config.sweepGrace, 'sweepGrace'),
    keepRunsMs: parseDuration(config.keepRuns, 'keepRuns'),
    approvalTimeoutMs: parseDuration(config.approvalTimeout, 'approvalTimeout'),
    access: resolveAccess(config, environment),
    neonApi: {
      key: environment['NEON_API_KEY'] ?? null,
      url: environment['NEON_API_URL'] ?? 'https://console.neon.tech/api/v2',
    },
    alarms: resolveAlarms(config, environment),
    hooks: resolveHooks(config.hooks, {
      environment,
      connections: {
        known: new Set([...Object.values(wellKnown), ...connections.keys(), ...Object.keys(config.connections)]),
        protected: new Set(Object.keys(config.connections).filter((name) => config.connections[name]?.protected)),
      },
    }),
  };
}

function resolveConnections(config: ParsedConfig, environment: Environment): Map<string, Connection> {
  const connections = new Map<string, Connection>();
  const proxyVariable = 'HOLDFAST_NEON_WSPROXY';
  const proxy = environment[proxyVariable];
  const wsProxy = proxy ? parseWebSocketProxy(proxy, proxyVariable) : null;
  for (const [variable, name] of connectionVariables(environment)) {
    const url = environment[variable];
    if (url) {
      const neon = name === 'neon' ? neonHome(environment) : null;
      connections.set(name, { ...bareConnection(name, url), neon, wsProxy });
    }
  }
  for (const [name, written] of Object.entries(config.connections)) {
    const url = written.url ?? (written.urlFrom ? environment[written.urlFrom] : connections.get(name)?.url);
    if (!url) {
      // A config may name connections that this machine has no URL for; using one is the error, naming it is not.
      continue;
    }
    connections.set(name, {
      name,
      url,
      protected: written.protected,
      criticalQueries: written.criticalQueries,
      excludeSchemas: written.excludeSchemas,
      driver: written.driver,
      wsProxy: written.wsProxy ? parseWebSocketProxy(written.wsProxy, `wsProxy of ${name}`) : wsProxy,
      neon: written.neon
        ? { project: written.neon.project, branch: written.neon.branch ?? null }
        : (connections.get(name)?.neon ?? null),
    });
  }
  return connections;
}

/** The project of the connection `neon`, as Neon's own tools name it in the environment. */
function neonHome(environment: Environment): NeonHome | null {
  const project = environment['NEON_PROJECT_ID'];
  return project ? { project, branch: environment['NEON_BRANCH'] ?? null } : null;
}

function connectionVariables(environment: Environment): [string, string][] {
  const named = Object.keys(environment).flatMap((variable): [string, string][] => {
    const name = /^HOLDFAST_DATABASE_([A-Z0-9_]+)_URL$/.exec(variable)?.[1];
    return name ? [[variable, name.toLowerCase()]] : [];
  });
  return [...Object.entries(wellKnown), ...named];
}
