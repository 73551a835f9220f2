import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { Connection } from '#lib/config/config.ts';
import { readChunks } from '#lib/export/script-bytes.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { planRestore } from '#lib/restore/plan-restore.ts';
import { copyInSql } from '#lib/restore/plan-rows.ts';
import type { RestoreStatement } from '#lib/restore/restore-plan.ts';
import { withLargeObjectStage } from '#lib/restore/stage-large-objects.ts';
import { loadChunk } from '#lib/rows/load-chunk.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { noteRefreshOrder } from './note-refresh-order.ts';

/**
 * Restores a backup into a database that nobody needs afterwards: without a ledger, one chunk after the other. Answers
 * what its roles do not allow. @throws DamagedError, or a classified error that names the object.
 */
export async function loadDatabase(
  target: Connection,
  options: {
    repository: Repository;
    manifest: Manifest;
    entries: readonly SchemaEntry[];
    onBytes: (bytes: number) => void;
  },
): Promise<{ leftOut: { object: string; reason: string }[] }> {
  const { repository, manifest, entries } = options;
  return withSession(target, async (session) => {
    const roles = await readRoles(session);
    const plan = planRestore({ manifest, entries, lanes: 1, ...roles });
    await session.query("set synchronous_commit = off; set maintenance_work_mem = '256MB'");
    await runAll(session, plan.preData);
    for (const table of manifest.tables) {
      let number = 0;
      for await (const stored of readChunks(repository, table, table.chunks)) {
        const expected = table.chunks[number++];
        if (!expected) break;
        const object = describeRowSource(table);
        const copy = (sql: string): Promise<void> =>
          loadChunk(session, { sql, stored, codec: manifest.codec, expected, object });
        try {
          await session.query('begin');
          if (table.kind === 'large-objects') await withLargeObjectStage(session, copy);
          else await copy(copyInSql(table));
          await session.query('commit');
        } catch (cause) {
          throw classifyError(cause, object);
        }
        options.onBytes(stored.length);
      }
    }
    // pg_dump reads no statistics, and what of a matview is not refreshed it leaves to pg_restore.
    const waves = plan.waves.filter(({ name }) => name !== 'analyze').flatMap(({ lanes }) => lanes);
    await runAll(session, waves.flat(2));
    await runAll(session, plan.last);
    if (roles.superuser) await noteRefreshOrder(session, manifest);
    return { leftOut: plan.leftOut };
  });
}

async function runAll(session: Session, statements: readonly RestoreStatement[]): Promise<void> {
  for (const { sql, object } of statements) {
    try {
      await session.query(sql);
    } catch (cause) {
      throw classifyError(cause, object);
    }
  }
}

async function readRoles(session: Session): Promise<{ roles: string[]; grantableRoles: string[]; superuser: boolean }> {
  const answer = await session.query<{ name: string; grantable: string; me: string }>(
    `select rolname as name, pg_catalog.pg_has_role(current_user, oid, 'member') as grantable,
       (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as me
     from pg_catalog.pg_roles`,
  );
  return {
    roles: answer.rows.map(({ name }) => name),
    grantableRoles: answer.rows.filter(({ grantable }) => grantable === 't').map(({ name }) => name),
    superuser: answer.rows[0]?.me === 't',
  };
}
