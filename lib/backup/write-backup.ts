import type { Deploy } from '#lib/config/find-deploy.ts';
import { holdfastVersion } from '#lib/config/version.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { ServerInfo } from '#lib/postgres/server-info.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readAnswers } from './answer-in-snapshot.ts';
import { addTotals, assembleTables, readCopied } from './commit-backup.ts';
import { commitManifest } from './commit-manifest.ts';
import { readBackupPlan } from './plan-store.ts';
import { type Migration, readNotedMigration } from './read-migration.ts';
import type { Snapshot } from './snapshot.ts';
import { storeJson } from './store-schema.ts';

/** What of a backup its run knows before the rows are put together. */
export interface BackupFacts {
  id: string;
  runId: string;
  epoch: number;
  connection: string;
  label: string | null;
  startedAt: string;
  deploy: Deploy;
  server: ServerInfo;
  snapshot: Snapshot;
  schema: Manifest['schema'];
}

/**
 * Puts the manifest together, asks the store for every object it names, and only then writes it: the commit.
 * `layBeside` writes before it what belongs beside it, and has to be safe to run twice.
 * Safe to run twice: the manifest is written once. @throws DamagedError where a piece or an object is missing.
 */
export async function writeBackup(
  repository: Repository,
  facts: BackupFacts,
  layBeside: (manifest: Manifest) => Promise<void>,
): Promise<Manifest['totals']> {
  const run = { runId: facts.runId, epoch: facts.epoch };
  const { catalog, ...plan } = await readBackupPlan(repository, run);
  const copied = await readCopied(repository, run);
  const tables = assembleTables({ catalog, ...plan }, copied);
  const { server } = facts;
  const manifest: Manifest = {
    format: 1,
    id: facts.id,
    connection: facts.connection,
    run: facts.runId,
    epoch: facts.epoch,
    label: facts.label,
    startedAt: facts.startedAt,
    completedAt: new Date().toISOString(),
    holdfast: holdfastVersion,
    source: {
      version: server.version,
      major: server.major,
      database: server.database,
      databaseOid: server.databaseOid,
      systemIdentifier: server.systemIdentifier,
      encoding: server.encoding,
      collation: server.collation,
      characterType: server.characterType,
      databaseBytes: server.databaseBytes,
    },
    snapshot: { takenAt: facts.snapshot.takenAt, lsn: facts.snapshot.lsn },
    git: { sha: facts.deploy.sha, ref: facts.deploy.ref },
    migration: await findMigration(repository, run, facts.deploy),
    codec: repository.codec,
    schema: facts.schema,
    inventory: await storeJson(repository, catalog.inventory),
    tables,
    sequences: catalog.sequences,
    extensions: catalog.extensions,
    matviews: catalog.matviews,
    largeObjects: catalog.largeObjects,
    answers: await readAnswers(repository, run),
    leftOut: catalog.leftOut,
    totals: addTotals(tables, copied.values()),
  };
  await layBeside(manifest);
  await commitManifest(repository, manifest);
  return manifest.totals;
}

/** What the deploy says goes over what the database says: it knows what it is about to run. */
async function findMigration(
  repository: Repository,
  run: { runId: string; epoch: number },
  { migration }: Deploy,
): Promise<Migration | null> {
  return migration === null ? readNotedMigration(repository, run) : { tool: 'environment', version: migration };
}
