import { holdfastVersion } from '#lib/config/version.ts';
import { readPromises } from '#lib/promise/read-promises.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { buildRegistry } from './build-registry.ts';
import { readEndedRuns } from './read-ended-runs.ts';

/** Metrics in Prometheus's text format, with the content type that names its version. */
export interface Metrics {
  text: string;
  contentType: string;
}

/**
 * Reads everything from the repository, so that a restart, another machine or a serverless platform measures the same.
 * @throws StorageError, UnavailableError, DamagedError.
 */
export async function readMetrics(workspace: Workspace, now: Date): Promise<Metrics> {
  const [promises, runs] = await Promise.all([readPromises(workspace, now), readEndedRuns(workspace.repository, now)]);
  const registry = buildRegistry({ version: holdfastVersion, promises, runs });
  return { text: await registry.metrics(), contentType: registry.contentType };
}
