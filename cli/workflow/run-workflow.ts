import { join } from 'node:path';
import { whoRunsThis } from '#cli/audit/who-runs-this.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { newUlid } from '#inngest/local/new-ulid.ts';
import { writeAudit } from '#lib/audit/audit-store.ts';
import { noteOfEvent } from '#lib/audit/note-of-event.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { chooseEngine } from './choose-engine.ts';
import type { FinishedRun } from './finished-run.ts';
import type { ResumeNote, WorkflowRequest } from './workflow-request.ts';

/**
 * Starts a run and follows it to its end: by Inngest where one is configured, else by the local runner with a journal of
 * its own, so that several processes can work at one time. @throws CancelledError where a signal stops it.
 */
export async function runWorkflow(
  terminal: Terminal,
  { config, repository }: Workspace,
  request: WorkflowRequest,
): Promise<FinishedRun> {
  const ts = Date.now();
  const event = { ...request.event, id: newUlid(ts), ts };
  const environment = readEnvironment();
  const { title, connections } = request;
  // What cannot be logged is not done. What comes of it is in the run.
  await writeAudit(repository, { ...whoRunsThis(), ...noteOfEvent(event), outcome: 'accepted' });
  // Loaded here: verbs that only read should not wait for the whole durable layer.
  if (chooseEngine(environment).kind === 'inngest') {
    const { followInngest } = await import('./follow-inngest.ts');
    return followInngest(terminal, { event, repository, title });
  }
  const meta: ResumeNote = {
    repository: repository.location,
    config: environment['HOLDFAST_CONFIG'] ?? null,
    connections: [...connections],
    title,
  };
  const { driveLocally } = await import('./drive-locally.ts');
  const journal = join(config.stateFolder, `cli-${event.id}.jsonl`);
  return driveLocally(terminal, { journal, repository, run: { event: { ...event, meta } }, title });
}
