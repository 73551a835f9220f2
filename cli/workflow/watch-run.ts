import { setTimeout as sleep } from 'node:timers/promises';
import { describeWaiting } from '#cli/output/describe-waiting.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { describeProgress, type ProgressSample, pickLatest, sampleProgress } from '#lib/run-view/plan-progress.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import type { Progress } from '#lib/runs/run-record.ts';
import { readProgress } from '#lib/runs/run-store.ts';
import { findUndecided, type Waiting } from '#lib/runs/waiting-store.ts';

const redrawMs = 500;
const lookMs = 1_000;
const lineMs = 5_000;
/** The rate is that of the last seconds. */
const windowMs = 10_000;

/**
 * Shows the progress of a run and its parts while `body` runs: redrawn on a terminal, else a line every few seconds when
 * it moves. Says when the run begins to wait for a person.
 */
export async function watchRun<T>(
  terminal: Terminal,
  run: { repository: Repository; runId: string },
  body: () => Promise<T>,
): Promise<T> {
  if (terminal.quiet) return body();
  const ending = new AbortController();
  const watching = showProgress(terminal, run, ending.signal);
  try {
    return await body();
  } finally {
    ending.abort();
    await watching;
    terminal.live(undefined);
  }
}

async function showProgress(
  terminal: Terminal,
  run: { repository: Repository; runId: string },
  signal: AbortSignal,
): Promise<void> {
  let samples: ProgressSample[] = [];
  let shown = '';
  let shownAt = Date.now();
  let waited = false;
  for (;;) {
    // Aborted: the run has ended, and its result says everything.
    await sleep(terminal.redraws ? redrawMs : lookMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const { waiting, lanes } = await look(run);
    if (signal.aborted) return;
    if (waiting && !waited) terminal.note(describeWaiting(run.runId, waiting));
    waited = waiting !== undefined;
    if (waiting && terminal.redraws) terminal.live('waiting; Ctrl-C leaves the run as it is');
    const sample = sampleProgress(lanes, Date.now());
    if (waiting || sample === undefined) continue;
    samples = [...samples, sample].filter(({ at, phase }) => phase === sample.phase && at > sample.at - windowMs);
    const line = describeProgress(sample, samples[0] === sample ? undefined : samples[0]);
    if (terminal.redraws) terminal.live(line);
    else if (line !== shown && Date.now() - shownAt >= lineMs) {
      terminal.note(line);
      shown = line;
      shownAt = Date.now();
    }
  }
}

/** Watching only: a store that does not answer now is asked again. */
async function look({
  repository,
  runId,
}: {
  repository: Repository;
  runId: string;
}): Promise<{ waiting: Waiting | undefined; lanes: Progress[] }> {
  try {
    const family = await listFamily(repository, runId);
    const lanes = await Promise.all(family.map((id) => readProgress(repository, id)));
    return { waiting: await findUndecided(repository, runId), lanes: pickLatest(lanes) };
  } catch {
    return { waiting: undefined, lanes: [] };
  }
}
