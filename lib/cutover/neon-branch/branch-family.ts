import type { Connection } from '#lib/config/config.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import type { NeonBranch } from '#lib/cutover/cutover.ts';
import type { CutoverOf } from '#lib/cutover/strategy.ts';
import { findHome } from '#lib/neon/find-home.ts';
import type { NeonBranchInfo } from '#lib/neon/list-branches.ts';
import { type NeonApi, openNeonApi } from '#lib/neon/neon-api.ts';
import { waitUntilSettled } from '#lib/neon/wait-for-operations.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** A cut-over with what its verbs work on. */
export interface Undertaking {
  api: NeonApi;
  run: string;
  details: NeonBranch;
  /** The host of its URL leads to the target branch, whatever that holds. */
  target: Connection;
}

/** The branches of a cut-over as they are now, known by their names, which hold the run's id. */
export interface BranchFamily {
  live: NeonBranchInfo;
  staging: NeonBranchInfo | undefined;
  preserved: NeonBranchInfo | undefined;
  rolledBack: NeonBranchInfo | undefined;
}

/** @throws RefusedError where there is no API key any more. */
export function openUndertaking({ config }: Workspace, cutover: CutoverOf<NeonBranch>): Undertaking {
  const { details, run } = cutover;
  // The plan's project and branch: the config may have been changed since.
  const neon = { project: details.project, branch: details.branch };
  return { api: openNeonApi(config), run, details, target: { ...findConnection(config, cutover.target), neon } };
}

/**
 * Waits for what an earlier attempt has begun on the branches, and looks at them then.
 * @throws RefusedError where the connection leads to another branch than the plan's, UnavailableError.
 */
export async function readFamily({ api, details, target }: Undertaking): Promise<BranchFamily> {
  const before = await findFamily({ api, details, target });
  const ids = Object.values(before).flatMap((branch) => (branch ? [branch.id] : []));
  await waitUntilSettled(api, details.project, ids);
  return findFamily({ api, details, target });
}

async function findFamily({ api, details, target }: Omit<Undertaking, 'run'>): Promise<BranchFamily> {
  const { branch: live, branches } = await findHome(api, target);
  const named = (name: string) => branches.find((branch) => branch.name === name && branch.id !== live.id);
  return {
    live,
    staging: named(details.stagingName),
    preserved: named(details.preservedName),
    rolledBack: named(details.rolledBackName),
  };
}
