import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { isDriverError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { beginAlone } from './begin-alone.ts';
import { type Belongings, readBelongings } from './belongings.ts';
import { carryBelongings } from './carry-belongings.ts';
import { whileEndingClients } from './end-clients.ts';
import { explainFailure } from './explain-failure.ts';
import { listDatabases, oidOf } from './list-databases.ts';
import { planAccess } from './plan-access.ts';
import { planBelongings } from './plan-belongings.ts';
import { requireEndable } from './require-endable.ts';
import { settleSwap } from './settle-swap.ts';
import type { Swap } from './swap.ts';

/** `interruptionMs` is `null` where the change had been made already, or its commit was not heard of. */
export interface SwapResult {
  interruptionMs: number | null;
  lsn: string | null;
  notes: string[];
}

/** What is known of an attempt however it ends. */
interface Attempt {
  /** The server process whose transaction does the renames. */
  holder: string | undefined;
  notes: string[];
}

/**
 * Gives a name from one database to another in one transaction, from a third database. The first rename locks the
 * database against new connections and waits up to 5 s for the present ones to leave, which a second session ends
 * meanwhile (RenameDatabase and CountOtherDBBackends in the server; a connection attempt waits for the lock, then finds
 * the name gone and is refused once). A kill at any moment leaves what was before or what is after, nothing between.
 * Safe to run twice, and twice at once: an advisory lock lets one at a time look who has the name.
 * @throws RefusedError where another database has the name or a client cannot be ended, UnavailableError where another
 *   attempt can help, else a classified error. What has failed was not done.
 */
export async function swapDatabases(maintenance: Connection, swap: Swap): Promise<SwapResult> {
  const attempt: Attempt = { holder: undefined, notes: [] };
  try {
    return await withSession(maintenance, (renamer) =>
      withSession(maintenance, (ender) => swapOnce({ renamer, ender, maintenance, swap, attempt })),
    );
  } catch (cause) {
    if (cause instanceof RefusedError) throw cause;
    await settleSwap(maintenance, { swap, holder: attempt.holder, cause });
    return { interruptionMs: null, lsn: null, notes: attempt.notes };
  }
}

async function swapOnce(options: {
  renamer: Session;
  ender: Session;
  maintenance: Connection;
  swap: Swap;
  attempt: Attempt;
}): Promise<SwapResult> {
  const { renamer, ender, maintenance, swap, attempt } = options;
  const { live, outgoing, incomingOid, parking } = swap;
  const holder = await beginAlone(renamer, live);
  attempt.holder = holder;
  const databases = await listDatabases(renamer);
  const now = oidOf(databases, live);
  if (now === incomingOid) return { interruptionMs: null, lsn: null, notes: [] };
  const incoming = databases.get(incomingOid);
  if (now !== outgoing.oid || incoming === undefined) throw notTheirs(swap);

  const failed = swap.carryOver ? await carryBelongings(ender, { fromOid: outgoing.oid, toOid: incomingOid }) : [];
  attempt.notes.push(...failed.map(({ note }) => note));
  const databaseOids = [outgoing.oid, incomingOid];
  await requireEndable(ender, { live, databaseOids });
  const superuser = await isSuperuser(ender);
  try {
    const interruptionMs = await whileEndingClients(ender, {
      ...{ maintenance, databaseOids, holder },
      work: async () => {
        // The incoming one is locked and emptied of autovacuum first: that wait interrupts nobody.
        await renamer.query(`${impatience}; ${rename(incoming, parking)}`);
        const startedAt = performance.now();
        await renamer.query(rename(live, outgoing.name));
        const [from, to] = await readBoth(renamer, swap);
        const statements = [rename(parking, live)];
        if (swap.carryOver) {
          const access = planAccess(from, to, { name: live, superuser });
          const changed = planBelongings(from, to, live).filter(({ what }) => !failed.some((one) => one.what === what));
          attempt.notes.push(...access.notes);
          statements.push(...access.statements, ...changed.map(({ sql }) => sql));
        }
        await renamer.query([...statements, 'commit'].join(';\n'));
        return Math.ceil(performance.now() - startedAt);
      },
    });
    return { interruptionMs, lsn: await readLsn(renamer), notes: attempt.notes };
  } catch (cause) {
    // Asked while the transaction still holds its locks: afterwards everybody is back.
    const error = isDriverError(cause) ? await explainFailure(ender, { cause, live, databaseOids, holder }) : cause;
    // A session that is lost has rolled back by itself.
    await renamer.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function isSuperuser(session: Session): Promise<boolean> {
  const answer = await session.query<{ rolsuper: string }>(
    'select rolsuper from pg_catalog.pg_roles where rolname = current_user',
  );
  return answer.rows[0]?.rolsuper === 't';
}

/** While the live database is locked, nothing may take long, and a process that hangs must lose its locks soon. */
const impatience = `set local lock_timeout = '2s'; set local statement_timeout = '15s';
  set local idle_in_transaction_session_timeout = '5s'`;

function rename(from: string, to: string): string {
  return `alter database ${quoteIdent(from)} rename to ${quoteIdent(to)}`;
}

/** Both databases, looked at under their locks. @throws RefusedError where a rename has hit others than meant. */
async function readBoth(session: Session, swap: Swap): Promise<[from: Belongings, to: Belongings]> {
  const { outgoing, incomingOid, parking } = swap;
  const both = await readBelongings(session, [outgoing.oid, incomingOid]);
  const from = both.find(({ oid, name }) => oid === outgoing.oid && name === outgoing.name);
  const to = both.find(({ oid, name }) => oid === incomingOid && name === parking);
  if (from && to) return [from, to];
  throw notTheirs(swap);
}

function notTheirs({ live }: Swap): RefusedError {
  return new RefusedError(`Database ${live} or its copy was replaced, renamed or dropped meanwhile.`, {
    code: 'replaced_meanwhile',
    hint: 'Nothing was changed. See the databases of the server (psql -l) and start again.',
  });
}

async function readLsn(session: Session): Promise<string | null> {
  try {
    const answer = await session.query<{ lsn: string }>('select pg_catalog.pg_current_wal_insert_lsn() as lsn');
    return answer.rows[0]?.lsn ?? null;
  } catch (cause) {
    // The swap is committed: that a host keeps the position to itself, or the session has died since, undoes nothing.
    if (isDriverError(cause)) return null;
    throw cause;
  }
}
