import { readEnvironment } from '#lib/config/environment.ts';
import { findServerEngine } from '#lib/config/find-server-engine.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { holdfastVersion } from '#lib/config/version.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { repositoryInfoKey } from '#lib/repository/repository-info.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

/** What anybody may know: no names, no places, no messages. `code` says why a check did not pass. */
export interface Health {
  live: true;
  ready: boolean;
  version: string;
  engine: 'inngest' | 'local' | 'none';
  checks: { name: 'config' | 'repository' | 'engine'; passed: boolean; code: string | null }[];
}

const freshMs = 5_000;
const patienceMs = 10_000;
let latest: { at: number; health: Promise<Health> } | undefined;

/** Whether the config loads, the repository answers and something runs the functions; looked at every 5 s at most. */
export function checkHealth(): Promise<Health> {
  const now = Date.now();
  // The route is open to everybody: its callers must not be able to keep the repository busy.
  if (latest === undefined || now - latest.at > freshMs) latest = { at: now, health: lookAround() };
  return latest.health;
}

async function lookAround(): Promise<Health> {
  const engine = findServerEngine(readEnvironment());
  const checks: Health['checks'] = [
    { name: 'config', ...(await attempt(loadConfig)) },
    { name: 'repository', ...(await attempt(askRepository)) },
    { name: 'engine', passed: engine !== 'none', code: engine === 'none' ? 'no_engine' : null },
  ];
  return { live: true, ready: checks.every(({ passed }) => passed), version: holdfastVersion, engine, checks };
}

async function askRepository(): Promise<void> {
  try {
    const { repository } = await openWorkspace();
    await repository.store.head(repositoryInfoKey);
  } catch (cause) {
    // The place answered that nothing is there yet: the first backup makes a repository of it.
    if (!(cause instanceof HoldfastError && cause.code === 'repository_missing')) throw cause;
  }
}

async function attempt(look: () => Promise<unknown>): Promise<{ passed: boolean; code: string | null }> {
  const { promise: late, resolve } = Promise.withResolvers<'timeout'>();
  const timer = setTimeout(() => resolve('timeout'), patienceMs);
  try {
    const outcome = await Promise.race([look(), late]);
    return outcome === 'timeout' ? { passed: false, code: 'timeout' } : { passed: true, code: null };
  } catch (cause) {
    return { passed: false, code: cause instanceof HoldfastError ? cause.code : 'unexpected' };
  } finally {
    clearTimeout(timer);
  }
}
