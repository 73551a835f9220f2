import { setTimeout as sleep } from 'node:timers/promises';
import { inngest } from '#inngest/client.ts';
import { runApproved, runCancelled } from '#inngest/events.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readDecision } from '#lib/runs/decision-store.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { runKinds } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { SentEvent } from './client-route.ts';
import type { LocalRunner, PendingRun } from './local-runner.ts';

const lookMs = 1_000;

/**
 * Turns what persons have decided about the runner's open runs, which other processes write into the repository, into
 * the events that the runs react to. Safe to repeat: an event's id makes one of two.
 */
async function takeDecisions(runner: LocalRunner, openRepository: () => Promise<Repository>): Promise<void> {
  await forEachRun({ runner, openRepository }, async (repository, about) => {
    const taken = await readDecision(repository, about.runId);
    return taken && toEvent(taken.decision, about);
  });
}

interface RunAbout {
  run: PendingRun;
  runId: string;
}

/** Sends what `findEvent` finds for each open run. What stands in the way of one does not stand in the way of the others. */
async function forEachRun(
  { runner, openRepository }: { runner: LocalRunner; openRepository: () => Promise<Repository> },
  findEvent: (repository: Repository, about: RunAbout) => Promise<SentEvent | undefined>,
): Promise<void> {
  for (const run of runner.pendingRuns().filter(isWorkflow)) {
    try {
      const event = await findEvent(await openRepository(), { run, runId: deriveRunId(run.event.ts, run.id) });
      if (event) await runner.send(event);
    } catch {
      // A store that does not answer, or a runner that closes at this moment: the next look finds the same. What is
      // damaged stays so until a cancellation writes it anew.
    }
  }
}

/**
 * What a runner does before it begins to work: who was cancelled while nobody drove it must not get one step further,
 * and neither must a run that was given up meanwhile and closed by the sweeper.
 */
export async function takeWhatWasDecided(
  runner: LocalRunner,
  openRepository: () => Promise<Repository>,
): Promise<void> {
  await takeDecisions(runner, openRepository);
  // Where that cannot be read, the run's own steps find that it has ended.
  await forEachRun({ runner, openRepository }, async (repository, about) => {
    const result = await readResult(repository, about.runId);
    return result?.error?.code === 'given_up' ? toEvent('cancel', about) : undefined;
  });
}

/** Takes decisions about every second until `signal` says that it is enough. */
export async function followDecisions(
  runner: LocalRunner,
  { openRepository, signal }: { openRepository: () => Promise<Repository>; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await takeDecisions(runner, openRepository);
    // Aborted: nobody drives the runs any more.
    await sleep(lookMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Lanes end with their run, and only runs have records. */
function isWorkflow({ fn }: PendingRun): boolean {
  return runKinds.some((kind) => fn === `${inngest.id}-${kind}`);
}

/** An approval counts only while the run waits for one, and its time has not passed. */
function toEvent(decision: 'approve' | 'cancel', { run, runId }: RunAbout): SentEvent | undefined {
  if (decision === 'cancel') {
    return { id: `${runId}.cancelled`, name: runCancelled.name, data: { run: runId, eventId: run.event.id } };
  }
  const waits = run.waitingFor.some(
    ({ event, due }) => event === runApproved.name && (due === undefined || due > Date.now()),
  );
  return waits ? { id: `${runId}.approved`, name: runApproved.name, data: { run: runId } } : undefined;
}
