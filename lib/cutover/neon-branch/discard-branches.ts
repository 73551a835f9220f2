import { reachMaintenance } from '#lib/cutover/database-swap/reach-maintenance.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { deleteBranch } from '#lib/neon/delete-branch.ts';
import { deleteEndpoints, ensureEndpoint } from '#lib/neon/endpoints.ts';
import { listBranches, type NeonBranchInfo } from '#lib/neon/list-branches.ts';
import { renameBranch } from '#lib/neon/rename-branch.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { locate } from '#lib/postgres/place.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import { readFamily, type Undertaking } from './branch-family.ts';
import { requireOtherServer } from './require-other-server.ts';

/**
 * Deletes those of a cut-over's branches that have one of `names`, children first; never the one that the target's host leads to. A branch that Neon
 * keeps, because the live one or another descends from it or it was the project's first root, is emptied: its database
 * is dropped, its name says so, its endpoint goes (Neon manual, "Instant restore", "Deleting backup branches"). Safe to
 * run twice: names tell how far it is. @throws a classified error.
 */
export async function discardBranches(work: Undertaking, names: readonly string[]): Promise<void> {
  const { live } = await readFamily(work);
  const deleted = new Set<string>();
  const kept = new Set<string>();
  for (;;) {
    const branches = (await listBranches(work.api, work.details.project)).filter(({ id }) => !deleted.has(id));
    const ours = listOurs(branches, names).filter(({ id }) => id !== live.id);
    const free = ours.find(({ id }) => !kept.has(id) && !branches.some(({ parent }) => parent === id));
    if (free === undefined) {
      for (const branch of ours) await emptyBranch(work, branch);
      return;
    }
    const isDeleted = await tryToDelete(work, free.id);
    (isDeleted ? deleted : kept).add(free.id);
  }
}

function listOurs(branches: readonly NeonBranchInfo[], names: readonly string[]): NeonBranchInfo[] {
  return branches.filter(({ name }) => names.includes(name) || names.map(emptied).includes(name));
}

function emptied(name: string): string {
  return name.replace(/^holdfast-/, 'holdfast-emptied-');
}

/** Answers `false` where Neon keeps the branch. */
async function tryToDelete({ api, details }: Undertaking, branch: string): Promise<boolean> {
  try {
    await deleteBranch(api, { project: details.project, branch });
    return true;
  } catch (cause) {
    // A refusal for the branch's sake, and not for the key's.
    if (cause instanceof RefusedError && cause.code === 'neon_refused') return false;
    throw cause;
  }
}

async function emptyBranch(work: Undertaking, { id: branch, name }: NeonBranchInfo): Promise<void> {
  const { api, details } = work;
  const { project, stagingName, preservedName, rolledBackName } = details;
  if ([stagingName, preservedName, rolledBackName].includes(name)) {
    await dropDatabase(work, { branch, name });
    await renameBranch(api, { project, branch, name: emptied(name) });
  }
  await deleteEndpoints(api, { project, branch });
}

async function dropDatabase(
  { api, details, target }: Undertaking,
  { branch, name }: { branch: string; name: string },
): Promise<void> {
  const { project, database } = details;
  const host = await ensureEndpoint(api, { project, branch });
  try {
    const inside = locate(target, { database: details.maintenance, host });
    const maintenance = await reachMaintenance(inside, details.maintenance);
    await requireOtherServer(maintenance, target);
    await withSession(maintenance, (session) =>
      session.query(`drop database if exists ${quoteIdent(database)} with (force)`),
    );
  } catch (cause) {
    throw classifyError(cause, `branch ${name}`);
  }
}
