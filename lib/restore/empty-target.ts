import type { Connection } from '#lib/config/config.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import type { Session } from '#lib/postgres/session.ts';
import { listConfigTables } from './check-empty.ts';
import { dropStatement, listDatabaseObjects, listExtensionNames } from './database-objects.ts';
import { planDefaultPrivileges, readDefaultPrivileges } from './default-privileges.ts';
import { identifyTables } from './identify-tables.ts';
import { createLedger, dropLedgerSql, findLedgerRun } from './ledger.ts';
import { planPublicSchema, readPublicSchema } from './public-schema.ts';
import type { EmptyState } from './restore-state.ts';

const mostRounds = 5;

/** What of a database a restore comes back to when it fails. */
export async function readEmptyState(session: Session): Promise<EmptyState> {
  return {
    extensions: await listExtensionNames(session),
    publicSchema: await readPublicSchema(session),
    defaultPrivileges: await readDefaultPrivileges(session),
  };
}

/**
 * Makes a target empty again that the preflight of the same run had found empty. A database that is not the run's (its
 * ledger is another's, or there is none, and the run was not finishing either) stays as it is. Safe to repeat: what is
 * gone already is not dropped again, and the ledger goes last. `finishing` is what `identifyTables` said of a copy that
 * has lost its ledger by being complete: where the database says something else, others have been there since.
 * @throws UnavailableError where another attempt can help, else RollbackFailedError that says what is left to do.
 */
export async function emptyTarget(
  target: Connection,
  run: { runId: string; before: EmptyState; finishing: string | undefined },
): Promise<{ emptied: boolean }> {
  try {
    return await withSession(target, async (session) => {
      const holder = await findLedgerRun(session);
      if (holder === undefined && run.finishing !== undefined)
        await takeBack(session, { ...run, tables: run.finishing });
      else if (holder !== run.runId) return { emptied: false };
      await endOtherRestoreSessions(session);
      await dropEverything(session, run.before);
      const statements = [
        ...planDefaultPrivileges(run.before.defaultPrivileges, await readDefaultPrivileges(session)),
        ...planPublicSchema(run.before.publicSchema, await readPublicSchema(session)),
      ];
      for (const statement of statements) await session.query(statement);
      await clearConfigTables(session);
      const left = await listDatabaseObjects(session);
      if (left.length > 0)
        throw new Error(`${left.length} objects are left, first ${left[0]?.type} ${left[0]?.identity}`);
      await session.query(dropLedgerSql);
      return { emptied: true };
    });
  } catch (cause) {
    const error = classifyError(cause, `connection ${target.name}`);
    if (error.retryable) throw error;
    const ours = error instanceof RollbackFailedError ? error : undefined;
    throw new RollbackFailedError(`Connection ${target.name} could not be made empty again: ${error.message}`, {
      code: ours?.code ?? 'target_not_emptied',
      hint:
        ours?.hint ??
        'The database was empty before this run, so nothing of yours is in it: drop and create it, then restore again.',
      cause,
    });
  }
}

/** Puts the ledger back, so that from here on a database that is only half emptied is known as the run's. */
async function takeBack(session: Session, { runId, tables }: { runId: string; tables: string }): Promise<void> {
  const objects = await listDatabaseObjects(session);
  if (objects.length > 0 && (await identifyTables(session)) !== tables) {
    throw new RollbackFailedError('its tables are not the ones that the restore has made', {
      code: 'target_changed',
      hint: 'Somebody has worked in the database since; nothing of it was dropped. Look at it before you restore again.',
    });
  }
  // They would see the ledger come.
  for (const object of objects.filter(({ type }) => type === 'event trigger')) {
    await session.query(dropStatement(object));
  }
  await createLedger(session, { runId, requireEmpty: async () => undefined });
}

/** A drop may make room for others (a type behind a cast, a schema behind its objects): rounds until nothing is left. */
export async function dropEverything(session: Session, before: EmptyState): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    const objects = await listDatabaseObjects(session);
    const made = (await listExtensionNames(session)).filter((name) => !before.extensions.includes(name));
    if (objects.length + made.length === 0) return;
    // They would see every drop that follows.
    for (const object of objects.filter(({ type }) => type === 'event trigger')) {
      await session.query(dropStatement(object));
    }
    for (const name of made) await session.query(`drop extension if exists ${quoteIdent(name)} cascade`);
    for (const object of await listDatabaseObjects(session)) await session.query(dropStatement(object));
  }
}

/** Extensions that were there stay, without what was configured in them. */
export async function clearConfigTables(session: Session): Promise<void> {
  const { major } = await readServerInfo(session);
  for (const table of await listConfigTables(session, major)) {
    await session.query(`delete from only ${table.name} ${table.condition}`);
  }
}

/** Lanes of the failed run that are still at work would fill what is being emptied. */
async function endOtherRestoreSessions(session: Session): Promise<void> {
  await session.query(`
    select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
    where datname = pg_catalog.current_database() and usename = current_user
      and application_name = 'holdfast' and pid <> pg_catalog.pg_backend_pid()`);
}
