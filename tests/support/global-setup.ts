import type { TestProject } from 'vitest/node';
import { startCluster } from './postgres-cluster.ts';

/** What a test needs to know of a cluster that another process started. */
export interface TestCluster {
  major: number;
  /** Superuser URL of the database `postgres`. */
  url: string;
  extensionDirectory: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    clusters: { source: TestCluster; target: TestCluster };
  }
}

/**
 * One PostgreSQL 16 (source) and one 18 (target) for the whole run; vitest calls this only for a project of which at
 * least one file runs.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  // Publications are among what is backed up; without `logical` the server warns of each.
  const settings = { wal_level: 'logical' };
  const [source, target] = await Promise.all([
    startCluster({ major: 16, settings }),
    startCluster({ major: 18, settings }),
  ]);
  const describe = ({ major, url, extensionDirectory }: TestCluster): TestCluster => ({
    major,
    url,
    extensionDirectory,
  });
  project.provide('clusters', { source: describe(source), target: describe(target) });
  return async () => {
    await Promise.all([source.stop(), target.stop()]);
  };
}
