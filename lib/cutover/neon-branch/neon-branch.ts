import type { NeonBranch } from '#lib/cutover/cutover.ts';
import type { CutOverFacts, CutoverStrategy } from '#lib/cutover/strategy.ts';
import { wentLive } from '#lib/cutover/went-live.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { createBranch } from '#lib/neon/create-branch.ts';
import { ensureEndpoint } from '#lib/neon/endpoints.ts';
import { restoreBranch } from '#lib/neon/restore-branch.ts';
import { locate } from '#lib/postgres/place.ts';
import { openUndertaking, readFamily, type Undertaking } from './branch-family.ts';
import { discardBranches } from './discard-branches.ts';
import { dressStaging } from './dress-staging.ts';
import { emptyStaging } from './empty-staging.ts';
import { measureInterruption } from './measure-interruption.ts';
import { makeReachable } from './put-aside.ts';
import { readLsn } from './read-lsn.ts';
import { rollbackFailed } from './rollback-failed.ts';
import { readServed } from './served-database.ts';

/**
 * The copy is built in a child branch of the target's branch, which is then restored from that child; Neon keeps the
 * former state in a branch of its own. What is done is told by the branches' names, which hold the run's id, and by the
 * oid of the database that the target serves.
 */
export const neonBranch: CutoverStrategy<NeonBranch> = {
  async prepare(workspace, cutover) {
    const work = openUndertaking(workspace, cutover);
    const { api, details, run, target } = work;
    const { live, preserved } = await readFamily(work);
    if (preserved || (await readServed(target)) !== details.liveOid) throw replaced(details, run);
    const made = await createBranch(api, { project: details.project, parent: live.id, name: details.stagingName });
    const staging = { database: null, host: made.host };
    await emptyStaging(locate(target, staging), { run, details, target });
    return { details: { ...details, stagingBranch: made.branch }, staging };
  },

  async cutOver(workspace, cutover) {
    const work = openUndertaking(workspace, cutover);
    const { api, details, run, target } = work;
    const { liveOid, stagingOid, project, preservedName } = details;
    const { live, staging, preserved, rolledBack } = await readFamily(work);
    const now = await readServed(target);
    if (rolledBack) throw gone(`Run ${run} has been rolled back.`, 'Start a new restore.');
    if (preserved && now === stagingOid) return concludeCutOver(work, { interruptionMs: null, notes: [] });
    if (preserved || now !== liveOid) throw replaced(details, run);
    if (!staging) throw gone(`Branch ${details.stagingName} was deleted.`, 'Start the restore again.');
    const host = await ensureEndpoint(api, { project, branch: staging.id });
    const notes = await dressStaging(locate(target, { database: null, host }), { details, target });
    const interruptionMs = await measureInterruption(target, {
      oid: stagingOid,
      change: () => restoreBranch(api, { project, branch: live.id, source: staging.id, preserveAs: preservedName }),
    });
    return concludeCutOver(work, { interruptionMs, notes });
  },

  async rollBack(workspace, cutover) {
    const work = openUndertaking(workspace, cutover);
    const { api, details, run, target } = work;
    const { liveOid, stagingOid, project, rolledBackName } = details;
    const { live, preserved, rolledBack } = await readFamily(work);
    const now = await readServed(target);
    if (now === liveOid && rolledBack) return concludeRollback(work, null);
    if (now === liveOid) return { details, putAside: null, interruptionMs: null, lsn: null, notes: [] };
    if (rolledBack || now !== stagingOid) throw replaced(details, run);
    if (!preserved) throw formerGone(details);
    const host = await ensureEndpoint(api, { project, branch: preserved.id });
    // Emptied by a discard, or by hand: a restore would take the target's content away and give nothing for it.
    const former = await readServed(locate(target, { database: null, host })).catch((cause: unknown) => {
      if (cause instanceof RefusedError && cause.code === 'no_database') return undefined;
      throw cause;
    });
    if (former !== liveOid) throw formerGone(details);
    try {
      const interruptionMs = await measureInterruption(target, {
        oid: liveOid,
        change: () =>
          restoreBranch(api, { project, branch: live.id, source: preserved.id, preserveAs: rolledBackName }),
      });
      return await concludeRollback(work, interruptionMs);
    } catch (cause) {
      throw rollbackFailed(cause, details);
    }
  },

  async dropStaging(workspace, cutover) {
    const work = openUndertaking(workspace, cutover);
    const { stagingName, branchName } = work.details;
    if ((await readFamily(work)).preserved) throw wentLive(`branch ${branchName}`);
    await discardBranches(work, [stagingName]);
    // A restore that was begun before the child went is a cut-over.
    if ((await readFamily(work)).preserved) throw wentLive(`branch ${branchName}`);
  },

  async discard(workspace, cutover) {
    const work = openUndertaking(workspace, cutover);
    const { stagingName, preservedName, rolledBackName } = work.details;
    await discardBranches(work, [stagingName, preservedName, rolledBackName]);
  },
};

async function concludeCutOver(
  work: Undertaking,
  { interruptionMs, notes }: { interruptionMs: number | null; notes: string[] },
): Promise<CutOverFacts<NeonBranch>> {
  const { details, target } = work;
  const lsn = await readLsn(target);
  const { staging, preserved } = await readFamily(work);
  if (!preserved) throw formerGone(details);
  const aside = await makeReachable(work, { putAside: preserved, source: staging });
  return {
    details: { ...details, preservedBranch: preserved.id },
    ...{ putAside: aside.place, interruptionMs, lsn, notes: [...notes, ...aside.notes] },
  };
}

async function concludeRollback(work: Undertaking, interruptionMs: number | null): Promise<CutOverFacts<NeonBranch>> {
  const { details } = work;
  const { preserved, rolledBack } = await readFamily(work);
  if (!rolledBack) throw gone(`Branch ${details.rolledBackName} was deleted.`, 'The former content is live again.');
  const { place, notes } = await makeReachable(work, { putAside: rolledBack, source: preserved });
  return {
    details: { ...details, rolledBackBranch: rolledBack.id },
    ...{ putAside: place, interruptionMs, lsn: null, notes },
  };
}

function replaced({ branchName, database }: NeonBranch, run: string): RefusedError {
  const message = `Database ${database} of branch ${branchName} is not the one that run ${run} knows: it was replaced since.`;
  return new RefusedError(message, {
    code: 'replaced_since',
    hint: 'Nothing was changed. See the branches in the Neon Console; a later run may have gone live.',
  });
}

function formerGone({ preservedName, database }: NeonBranch): RefusedError {
  return gone(
    `Branch ${preservedName} holds the former database ${database} no more: it was deleted or emptied.`,
    'Restore a backup of it, or the branch to an earlier time in the Neon Console.',
  );
}

function gone(message: string, hint: string): RefusedError {
  return new RefusedError(message, { code: 'neon_branch_gone', hint });
}
