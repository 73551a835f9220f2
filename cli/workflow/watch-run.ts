import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '#cli/output/terminal.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readProgress } from '#lib/runs/run-store.ts';
import { describeProgress, type ProgressSample, sampleProgress } from './plan-progress.ts';

const redrawMs = 500;
const lineMs = 5_000;
/** The rate is that of the last seconds. */
const windowMs = 10_000;

/** Shows a run's progress while `body` runs: redrawn on a terminal, else a line every few seconds when it moves. */
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
  { repository, runId }: { repository: Repository; runId: string },
  signal: AbortSignal,
): Promise<void> {
  let samples: ProgressSample[] = [];
  let shown = '';
  for (;;) {
    // Aborted: the run has ended, and its result says everything.
    await sleep(terminal.redraws ? redrawMs : lineMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // Watching only: a store that does not answer now is asked again.
    const lanes = await readProgress(repository, runId).catch(() => []);
    const sample = sampleProgress(lanes, Date.now());
    if (signal.aborted || sample === undefined) continue;
    samples = [...samples, sample].filter(({ at, phase }) => phase === sample.phase && at > sample.at - windowMs);
    const line = describeProgress(sample, samples[0] === sample ? undefined : samples[0]);
    if (terminal.redraws) terminal.live(line);
    else if (line !== shown) terminal.note(line);
    shown = line;
  }
}
