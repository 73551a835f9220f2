import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import { holdfastSchema } from '#lib/catalog/user-schemas.ts';
import type { Connection } from '#lib/config/config.ts';
import type { Environment } from '#lib/config/environment.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { driverOf } from '#lib/postgres/choose-driver.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { planDirectUrl } from '#lib/postgres/direct-url.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { dumpSchema } from '#lib/schema/dump-schema.ts';
import { lockTimeoutCode } from '#lib/schema/explain-pg-dump-failure.ts';
import { renderSql } from '#lib/schema/render-sql.ts';
import { giveUpSnapshot } from './held-snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { requireSnapshot } from './snapshot-session.ts';

const compress = { zstd: promisify(zstdCompress), gzip: promisify(gzip) };

/**
 * Dumps the schema inside the snapshot and stores it twice: as entries for a restore by Holdfast, and as scripts for a
 * restore by psql. Safe to run twice: the objects are named by content.
 */
export async function storeSchema(options: {
  /** Who holds the snapshot, so that it can be given up. */
  holder?: string;
  connection: Connection;
  major: number;
  snapshot: Snapshot;
  force: 'auto' | 'native' | 'wasm';
  lockTimeoutMs: number;
  environment: Environment;
  repository: Repository;
}): Promise<Manifest['schema']> {
  const { connection, repository } = options;
  // A native pg_dump opens a connection of its own, and it knows TCP only.
  const force = driverOf(connection) === 'websocket' ? 'wasm' : options.force;
  const dumped = await withSession(connection, async (session) => {
    const archive = await dumpSchema({
      session,
      url: planDirectUrl(connection.url).url,
      environment: options.environment,
      serverMajor: options.major,
      snapshot: options.snapshot.kind === 'session' ? options.snapshot.id : undefined,
      force: force === 'auto' ? undefined : force,
      lockTimeoutMs: options.lockTimeoutMs,
      // In quotes a pattern is a name (manual, psql, "Patterns").
      excludes: { schemas: [holdfastSchema, ...connection.excludeSchemas].map(quoteIdent) },
    });
    // pg_dump has asked for the snapshot by its identifier only, or on a branch for none.
    await requireSnapshot(session, options);
    return archive;
  }).catch((cause: unknown) => {
    // The tables are locked for us: pg_dump can only wait behind a session that waits for our own lock to go.
    if (!(cause instanceof HoldfastError) || cause.code !== lockTimeoutCode) throw cause;
    return giveUpSnapshot(options.holder ?? '', { connection, table: undefined, cause }).then((lost) =>
      Promise.reject(lost),
    );
  });
  const scripts = renderSql(dumped.entries);
  return {
    tool: dumped.tool,
    pgDumpVersion: dumped.pgDumpVersion,
    entries: await storeJson(repository, dumped.entries),
    preData: await storeText(repository, scripts.preData),
    postData: await storeText(repository, scripts.postData),
  };
}

/** Stores a value as zstd-compressed JSON, whatever the repository's codec: Holdfast alone reads it. */
export async function storeJson(repository: Repository, value: unknown): Promise<{ name: string; stored: number }> {
  const { name, stored } = await repository.putChunk([await compress.zstd(Buffer.from(JSON.stringify(value)))]);
  return { name, stored };
}

async function storeText(repository: Repository, text: string): Promise<{ name: string; stored: number }> {
  const { name, stored } = await repository.putChunk([await compress[repository.codec](Buffer.from(text))]);
  return { name, stored };
}
