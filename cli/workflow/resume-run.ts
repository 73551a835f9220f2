import type { Terminal } from '#cli/output/terminal.ts';
import { overrideEnvironment, readEnvironment } from '#lib/config/environment.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import type { FinishedRun } from './finished-run.ts';
import type { UnfinishedRun } from './unfinished-run.ts';

/**
 * Drives a run of an earlier process to its end, with the repository and the config it was started with, and hands what
 * came of it to `tell` while these are in force. @throws CancelledError where a signal stops it.
 */
export async function resumeRun<T>(
  terminal: Terminal,
  { note, journal, runId, engineRunId }: UnfinishedRun,
  tell: (workspace: Workspace, finished: FinishedRun) => Promise<T>,
): Promise<T> {
  const environment = readEnvironment();
  try {
    overrideEnvironment({
      ...environment,
      HOLDFAST_REPOSITORY: note.repository,
      HOLDFAST_CONFIG: note.config ?? undefined,
    });
    const workspace = await openWorkspace();
    // Without its URL the run would fail for good; like this it waits until it is given.
    for (const connection of note.connections) findConnection(workspace.config, connection);
    const { driveLocally } = await import('./drive-locally.ts');
    const run = { engineRunId, runId };
    const { repository } = workspace;
    return await tell(workspace, await driveLocally(terminal, { journal, repository, run, title: note.title }));
  } finally {
    overrideEnvironment(environment);
  }
}
