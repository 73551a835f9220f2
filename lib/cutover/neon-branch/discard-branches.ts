import { reachMaintenance } from '#lib/cutover/database-swap/reach-maintenance.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { deleteBranch } from '#lib/neon/delete-branch.ts';
import { deleteEndpoints, ensureEndpoint } from '#lib/neon/endpoints.ts';
import { listBranches, type NeonBranchInfo } from '#lib/neon/list-branches.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { locate } from '#lib/postgres/place.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import { readFamily, type Undertaking } from './branch-family.ts';
import { requireOtherServer } from './require-other-server.ts';

/**
 * Deletes the branches of a cut-over, children first; never the one that the target's host leads to. A branch that Neon
 * keeps, because the live one or another descends from it or it is the project's first root, is emptied: its database is
 * dropped and its endpoint deleted (Neon manual, "Instant restore", "Deleting backup branches"). Safe to run twice.
 * @throws a classified error.
 */
export async function discardBranches(work: Undertaking): Promise<void> {
  const { api, details } = work;
  const { project } = details;
  const { staging, preserved, rolledBack } = await readFamily(work);
  const ours = [staging, preserved, rolledBack].filter((one) => one !== undefined);
  const kept = new Set<string>();
  for (let free = ours; free.length > 0; ) {
    const branches = await listBranches(api, project);
    free = ours.filter(({ id }) => !kept.has(id) && isFree(branches, id));
    for (const { id } of free) {
      if (!(await tryToDelete(work, id))) kept.add(id);
    }
  }
  const left = await listBranches(api, project);
  for (const branch of ours.filter(({ id }) => left.some((one) => one.id === id))) await emptyBranch(work, branch);
}

/** Still there, without children. */
function isFree(branches: readonly NeonBranchInfo[], id: string): boolean {
  return branches.some((branch) => branch.id === id) && !branches.some(({ parent }) => parent === id);
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

async function emptyBranch({ api, details, target }: Undertaking, { id, name }: NeonBranchInfo): Promise<void> {
  const { project, database } = details;
  const host = await ensureEndpoint(api, { project, branch: id });
  try {
    const maintenance = await reachMaintenance(
      locate(target, { database: details.maintenance, host }),
      details.maintenance,
    );
    await requireOtherServer(maintenance, target);
    await withSession(maintenance, (session) =>
      session.query(`drop database if exists ${quoteIdent(database)} with (force)`),
    );
  } catch (cause) {
    throw classifyError(cause, `branch ${name}`);
  }
  await deleteEndpoints(api, { project, branch: id });
}
