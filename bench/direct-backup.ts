import { type Measured, measure } from '#bench/measure.ts';
import { holdSnapshot, releaseSnapshot } from '#lib/backup/held-snapshot.ts';
import { preflightBackup } from '#lib/backup/preflight-backup.ts';
import { withSnapshotSession } from '#lib/backup/snapshot-session.ts';
import { storeSchema } from '#lib/backup/store-schema.ts';
import { readCatalog } from '#lib/catalog/read-catalog.ts';
import { bareConnection } from '#lib/config/bare-connection.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { copyOutSql, planLanes, planPieces } from '#lib/pieces/plan-pieces.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { readPieces } from '#lib/rows/read-pieces.ts';

interface DirectBackup {
  url: string;
  repository: string;
  digest: boolean;
}

/** The engine's calls of a backup in a process of their own, without steps, records, manifest or CLI. */
export function measureDirectBackup(options: DirectBackup): Promise<Measured> {
  return measure(process.execPath, [import.meta.filename, JSON.stringify(options)]);
}

async function run({ url, repository: location, digest }: DirectBackup): Promise<void> {
  const connection = bareConnection('production', url);
  const repository = await openRepository({ location: `file:${location}`, access: 'write' });
  const { server } = await preflightBackup(connection);
  const source = { connection, major: server.major, lockTimeoutMs: 30_000 };
  const snapshot = await holdSnapshot('bench', source);
  const schema = { force: 'auto', environment: readEnvironment(), repository } as const;
  await storeSchema({ ...source, ...schema, snapshot });
  const catalog = await withSnapshotSession({ ...source, snapshot }, (session) =>
    readCatalog(session, { major: server.major, excludeSchemas: [] }),
  );
  const pieces = planPieces(catalog.sources);
  await Promise.all(
    planLanes(pieces, 2).map((lane) =>
      withSnapshotSession({ ...source, snapshot }, async (session) => {
        const statements = lane.flatMap((id) => {
          const piece = pieces[id];
          const from = piece && catalog.sources[piece.source];
          return from ? [{ id, sql: copyOutSql(from, piece.range) }] : [];
        });
        const { codec, putChunk } = repository;
        for await (const _ of readPieces(session, statements, { codec, putChunk, digest }));
      }),
    ),
  );
  await releaseSnapshot('bench');
}

if (process.argv[1] === import.meta.filename) await run(JSON.parse(process.argv[2] ?? ''));
