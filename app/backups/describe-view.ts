import { summarizeTables } from '#lib/backup-view/plan-table-page.ts';
import type { BackupView } from '#lib/backup-view/read-backup-view.ts';

/**
 * A backup as the API tells it: without the names of its chunks, which are many, and without the answers of its critical
 * queries, which quote rows.
 */
export function describeView({ manifest, ...view }: BackupView) {
  const contents = manifest && {
    source: manifest.source,
    epoch: manifest.epoch,
    git: manifest.git,
    migration: manifest.migration ?? null,
    schema: { tool: manifest.schema.tool, pgDumpVersion: manifest.schema.pgDumpVersion },
    tables: summarizeTables(manifest),
    sequences: manifest.sequences.length,
    extensions: manifest.extensions,
    largeObjects: manifest.largeObjects.length,
    criticalQueries: manifest.answers.length,
    leftOut: manifest.leftOut,
  };
  return { ...view, contents };
}
