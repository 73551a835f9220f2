import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from './run-id.ts';
import {
  type Progress,
  progressSchema,
  type RunRecord,
  type RunResult,
  runRecordSchema,
  runResultSchema,
  type StepRecord,
  stepRecordSchema,
} from './run-record.ts';

/** Writes `run.json` and answers it. Safe to run twice: a second call answers what the first has written. */
export async function openRun(repository: Repository, run: RunRecord): Promise<RunRecord> {
  const outcome = await repository.putJson(`${runFolder(run.id)}run.json`, run, { ifAbsent: true });
  return outcome === 'created' ? run : ((await readRun(repository, run.id)) ?? run);
}

/** What the run is, or `undefined` where none of this id was opened. @throws DamagedError where it does not parse. */
export async function readRun(repository: Repository, runId: string): Promise<RunRecord | undefined> {
  return repository.getJson(`${runFolder(runId)}run.json`, runRecordSchema);
}

/** How the run ended, or `undefined` while it is open. @throws DamagedError where it does not parse. */
export async function readResult(repository: Repository, runId: string): Promise<RunResult | undefined> {
  return repository.getJson(`${runFolder(runId)}result.json`, runResultSchema);
}

/** Adds one attempt to a step's record. One attempt of a step runs at a time, so nobody else writes the object. */
export async function recordAttempt(
  repository: Repository,
  step: { runId: string; n: string; slug: string },
  attempt: Omit<StepRecord['attempts'][number], 'waitedMs'>,
): Promise<void> {
  const key = stepKey(step);
  const before = await repository.getJson(key, stepRecordSchema);
  const earlier = before?.attempts ?? [];
  const last = earlier.at(-1);
  const waitedMs = last ? Math.max(0, Date.parse(attempt.startedAt) - Date.parse(last.endedAt)) : 0;
  const record: StepRecord = { n: step.n, slug: step.slug, attempts: [...earlier, { ...attempt, waitedMs }] };
  await repository.putJson(key, record);
}

/** The steps of a run in the order of their numbers. */
export async function readSteps(repository: Repository, runId: string): Promise<StepRecord[]> {
  const steps: StepRecord[] = [];
  for await (const { key } of repository.store.list(`${runFolder(runId)}steps/`)) {
    const step = await repository.getJson(key, stepRecordSchema);
    if (step) steps.push(step);
  }
  return steps.sort((a, b) => compareNumbers(a.n, b.n));
}

/** `99` before `100`, `6.2` between `6` and `7`: numbers of a lane's steps follow the number of the lane. */
function compareNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/**
 * Closes a run. Safe to run twice: the first result stays, a failure handler that comes late changes nothing. A run that
 * did not come to a good end has `failed.json` beside its result, so that a listing alone finds it.
 */
export async function closeRun(repository: Repository, result: Omit<RunResult, 'timeline'>): Promise<void> {
  const { id } = result.run;
  const timeline = await readSteps(repository, id);
  const stored = { ...result, timeline };
  const outcome = await repository.putJson(`${runFolder(id)}result.json`, stored, { ifAbsent: true });
  const { status } = outcome === 'created' ? stored : ((await readResult(repository, id)) ?? stored);
  if (status === 'completed' || status === 'skipped') return;
  await repository.putJson(`${runFolder(id)}failed.json`, { status });
}

/** Writes where a lane is, over what it wrote before. */
export async function writeProgress(repository: Repository, runId: string, progress: Progress): Promise<void> {
  await repository.putJson(`${runFolder(runId)}progress/${progress.lane}.json`, progress);
}

/** Where each lane of a run is, as it last wrote it. */
export async function readProgress(repository: Repository, runId: string): Promise<Progress[]> {
  const lanes: Progress[] = [];
  for await (const { key } of repository.store.list(`${runFolder(runId)}progress/`)) {
    const progress = await repository.getJson(key, progressSchema);
    if (progress) lanes.push(progress);
  }
  return lanes;
}

/** Run ids, newest first. One listing of the days, and one a day: nothing hangs on how much a run has left. */
export async function listRunIds(repository: Repository): Promise<string[]> {
  const days = await listRunDays(repository);
  const ids: string[][] = [];
  for (let from = 0; from < days.length; from += daysAtOnce) {
    ids.push(...(await Promise.all(days.slice(from, from + daysAtOnce).map((day) => listRunsOfDay(repository, day)))));
  }
  return ids.flat();
}

/** The days, `20261121`, that runs are of, newest first. One listing. */
export async function listRunDays({ store }: Repository): Promise<string[]> {
  const days: string[] = [];
  for await (const day of store.listFolders('runs/')) days.push(day);
  return days.sort().reverse();
}

/** The ids of a day's runs, newest first. One listing. */
export async function listRunsOfDay({ store }: Repository, day: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of store.listFolders(`runs/${day}/`)) ids.push(id);
  return ids.sort().reverse();
}

const daysAtOnce = 16;

function stepKey(step: { runId: string; n: string; slug: string }): string {
  return `${runFolder(step.runId)}steps/${step.n}-${step.slug}.json`;
}
