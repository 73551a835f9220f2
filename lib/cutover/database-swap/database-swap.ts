import { findConnection } from '#lib/config/find-connection.ts';
import type { DatabaseSwap } from '#lib/cutover/cutover.ts';
import type { CutOverFacts, CutoverOf, CutoverStrategy } from '#lib/cutover/strategy.ts';
import { wentLive } from '#lib/cutover/went-live.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { createStaging } from './create-staging.ts';
import { describeDifferences } from './describe-differences.ts';
import { dropDatabase, dropDatabases } from './drop-databases.ts';
import { listDatabases, oidOf } from './list-databases.ts';
import { reachMaintenance } from './reach-maintenance.ts';
import { rollbackFailed } from './rollback-failed.ts';
import { type SwapResult, swapDatabases } from './swap-databases.ts';

/** The copy is built in a database of its own on the target's server, which then takes the live one's name. */
export const databaseSwap: CutoverStrategy<DatabaseSwap> = {
  async prepare(workspace, cutover) {
    const { details } = cutover;
    return inMaintenance(workspace, cutover, async (session) => {
      const known = await listDatabases(session);
      if (details.stagingOid !== null) {
        if (known.has(details.stagingOid)) return { details, staging: placeOf(details.staging) };
        throw gone(
          `Database ${details.staging} was dropped.`,
          'Start the restore again; the live database is as it was.',
        );
      }
      if (oidOf(known, details.live) !== details.liveOid) throw replaced(details, cutover.run);
      await createStaging(session, { name: details.staging, likeOid: details.liveOid });
      const stagingOid = oidOf(await listDatabases(session), details.staging);
      if (stagingOid === undefined)
        throw gone(`Database ${details.staging} was dropped at once.`, 'Look who drops it.');
      return { details: { ...details, stagingOid }, staging: placeOf(details.staging) };
    });
  },

  async cutOver(workspace, cutover) {
    const { details, run } = cutover;
    const { live, liveOid, staging, stagingOid, before, rolledBack } = details;
    if (stagingOid === null) throw gone(`Run ${run} has no staging database.`, 'Start the restore again.');
    const known = await inMaintenance(workspace, cutover, listDatabases);
    const now = oidOf(known, live);
    if (now === stagingOid) return factsOf(details, before, done);
    if (now !== liveOid) throw replaced(details, run);
    // Another name: rolled back since, or taken by a person.
    if (known.get(stagingOid) !== staging)
      throw gone(`Database ${staging} is gone or renamed.`, 'Start the restore again.');
    const result = await swapDatabases(await maintenanceOf(workspace, cutover), {
      live,
      outgoing: { oid: liveOid, name: before },
      incomingOid: stagingOid,
      parking: rolledBack,
      carryOver: true,
    });
    return factsOf(details, before, result);
  },

  async rollBack(workspace, cutover) {
    const { details, run } = cutover;
    const { live, liveOid, staging, stagingOid, before, rolledBack } = details;
    const { known, notes } = await inMaintenance(workspace, cutover, async (session) => ({
      known: await listDatabases(session),
      notes: stagingOid === null ? [] : await describeDifferences(session, { details, stagingOid }),
    }));
    const now = oidOf(known, live);
    if (now === liveOid) return factsOf(details, oidOf(known, rolledBack) === undefined ? null : rolledBack, done);
    if (stagingOid === null || now !== stagingOid) throw replaced(details, run);
    if (!known.has(liveOid)) {
      throw gone(
        `Database ${before} was dropped: what ${live} held before run ${run} is gone.`,
        'Restore a backup of it.',
      );
    }
    try {
      const result = await swapDatabases(await maintenanceOf(workspace, cutover), {
        live,
        outgoing: { oid: stagingOid, name: rolledBack },
        incomingOid: liveOid,
        // The one of the run's names that is free since the cut-over.
        parking: staging,
        carryOver: false,
      });
      return factsOf(details, rolledBack, { ...result, notes });
    } catch (cause) {
      throw rollbackFailed(cause, details);
    }
  },

  async dropStaging(workspace, cutover) {
    const { live, staging, stagingOid } = cutover.details;
    await inMaintenance(workspace, cutover, async (session) => {
      const known = await listDatabases(session);
      const oid = stagingOid ?? oidOf(known, staging);
      if (oid === undefined) return;
      // Under any other name it is not staging any more; a swap that holds it is waited for.
      if (known.get(oid) === staging) await dropDatabase(session, staging);
      if ((await listDatabases(session)).has(oid)) throw wentLive(live);
    });
  },

  async discard(workspace, cutover) {
    await inMaintenance(workspace, cutover, (session) => dropDatabases(session, cutover.details));
  },
};

/** What an earlier attempt has done; its time was taken by that attempt. */
const done: SwapResult = { interruptionMs: null, lsn: null, notes: [] };

function factsOf(details: DatabaseSwap, putAside: string | null, result: SwapResult): CutOverFacts<DatabaseSwap> {
  return { details, putAside: putAside === null ? null : placeOf(putAside), ...result };
}

const placeOf = (database: string) => ({ database, host: null });

async function maintenanceOf({ config }: Workspace, { target, details }: CutoverOf<DatabaseSwap>) {
  return reachMaintenance(findConnection(config, target), details.maintenance);
}

async function inMaintenance<T>(
  workspace: Workspace,
  cutover: CutoverOf<DatabaseSwap>,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    return await withSession(await maintenanceOf(workspace, cutover), body);
  } catch (cause) {
    throw classifyError(cause, `connection ${cutover.target}`);
  }
}

function replaced({ live }: DatabaseSwap, run: string): RefusedError {
  return new RefusedError(`Database ${live} is not the one that run ${run} knows: it was replaced or renamed since.`, {
    code: 'replaced_since',
    hint: 'Nothing was changed. See the databases of the server (psql -l); a later run may have gone live.',
  });
}

function gone(message: string, hint: string): RefusedError {
  return new RefusedError(message, { code: 'database_gone', hint });
}
