import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { listRunIds, readResult } from '#lib/runs/run-store.ts';
import type { Blow } from './plan-rounds.ts';
import { type Life, runVerb, type VerbSetting } from './run-verb.ts';
import type { Hit } from './strike.ts';

/** A verb that was run to its end, however often it was struck. */
export interface PlayedVerb {
  result: RunResult;
  /** What was hit while it was alive. */
  hits: Hit[];
  /** How often `holdfast resume` had to be called, and went on with the run. */
  resumed: number;
  /** How often the verb had to be given again, as it was ended before its run had begun. */
  begunAgain: number;
  /** From the last hit to the end, in milliseconds; 0 where nothing was hit. */
  recoveryMs: number;
  durationMs: number;
}

export interface VerbPlan {
  args: readonly string[];
  setting: VerbSetting;
  /** Where the lives of the process are written down, for a round that goes wrong. */
  log: string;
  /** How long the verb takes when nothing happens, in milliseconds. */
  durationMs: number;
  /** SIGKILLs of the CLI, one for each life of the process. */
  kills: readonly Blow[];
  /** Strikes something else meanwhile; `signal` aborts when the verb has ended. */
  strike: (signal: AbortSignal) => Promise<Hit[]>;
}

const mostLives = 20;
/** A connection may be struck in the moment in which the CLI looks at it before it begins a run. */
const mostRefusals = 3;

/**
 * Runs a verb, and `resume` as long as something kills the CLI, until a run has ended; that run must be the only one
 * and leave no journal. @throws an Error with what the CLI said where that is not so.
 */
export async function playVerb(plan: VerbPlan): Promise<PlayedVerb> {
  const before = new Set(await readRuns(plan.setting.repository));
  const ending = new AbortController();
  const striking = plan.strike(ending.signal);
  const startedAt = Date.now();
  try {
    const { lives, kills, ...counts } = await liveOn(plan, before);
    const endedAt = Date.now();
    ending.abort();
    const hits = [...kills, ...(await striking)];
    const last = Math.max(...hits.map(({ at }) => at));
    const result = await readOnlyResult(plan, before, lives);
    const durationMs = endedAt - startedAt;
    return { result, hits, ...counts, recoveryMs: hits.length === 0 ? 0 : Math.max(0, endedAt - last), durationMs };
  } finally {
    ending.abort();
    await striking;
  }
}

async function liveOn(
  plan: VerbPlan,
  before: ReadonlySet<string>,
): Promise<{ lives: Life[]; kills: Hit[]; resumed: number; begunAgain: number }> {
  const { setting, durationMs } = plan;
  const kills: Hit[] = [];
  const lives: Life[] = [];
  let resumed = 0;
  let begunAgain = 0;
  let args = plan.args;
  while (lives.length < mostLives) {
    const kill = plan.kills[lives.length];
    const killWhen = kill && ((signal: AbortSignal) => sleep(kill.at * durationMs, undefined, { signal }));
    const life = await runVerb(args, { setting, killWhen });
    lives.push(life);
    await appendFile(plan.log, describeLife(life));
    const hasJournal = (await readdir(setting.state).catch(() => [])).some((name) => name.endsWith('.jsonl'));
    const runs = (await readRuns(setting.repository)).filter((id) => !before.has(id));
    if (life.killed)
      kills.push({ at: life.endedAt, what: `killed after ${await readLastStep(setting.repository, runs)}` });
    // Killed without a journal: the run had ended, and its journal was gone already.
    if (runs.length > 0 && !(life.killed && hasJournal)) return { lives, kills, resumed, begunAgain };
    if (life.killed && hasJournal) {
      args = ['resume', '--json'];
      resumed++;
    } else {
      // The run had not begun: killed before its journal was there, or its server could not be reached at all.
      if (args[0] === 'resume') resumed--;
      args = plan.args;
      begunAgain++;
      if (lives.filter(({ killed }) => !killed).length > mostRefusals) break;
    }
  }
  throw new Error(`The verb has not ended after ${lives.length} lives.\n${lives.map(describeLife).join('')}`);
}

async function readOnlyResult(plan: VerbPlan, before: ReadonlySet<string>, lives: Life[]): Promise<RunResult> {
  const repository = await openRepository({ location: `file:${plan.setting.repository}`, access: 'read' });
  const runs = (await listRunIds(repository)).filter((id) => !before.has(id));
  const result = await readResult(repository, runs[0] ?? '');
  const said = lives.map(describeLife).join('');
  if (runs.length !== 1) throw new Error(`One run was asked for, the repository has ${runs.length}: ${runs}\n${said}`);
  if (result === undefined) throw new Error(`Run ${runs[0]} has no result.json.\n${said}`);
  const last = lives.at(-1);
  const code = last?.exitCode;
  if (result.status !== 'completed' || (code !== 0 && last?.killed !== true)) {
    throw new Error(`Run ${runs[0]} ended ${result.status}, exit code ${code}: ${result.error?.message}\n${said}`);
  }
  const left = await readdir(plan.setting.state);
  if (left.length > 0) throw new Error(`The state folder is not empty after run ${runs[0]}: ${left}\n${said}`);
  return result;
}

/** Ids of the runs of a repository, also of one that is not there yet. */
async function readRuns(repository: string): Promise<string[]> {
  const days = await readdir(join(repository, 'runs')).catch(() => []);
  return (await Promise.all(days.map((day) => readdir(join(repository, 'runs', day))))).flat();
}

/** The last step of the run under way that was written down, by the order of the workflow. */
async function readLastStep(repository: string, [run]: readonly string[]): Promise<string> {
  if (run === undefined) return 'nothing';
  const steps = await readdir(join(repository, 'runs', run.slice(0, 8), run, 'steps')).catch(() => []);
  return steps.sort().at(-1)?.replace('.json', '') ?? 'nothing';
}

function describeLife({ args, killed, exitCode, startedAt, endedAt, stdout, stderr }: Life): string {
  const end = killed ? 'killed' : `exit code ${exitCode}`;
  return `--- holdfast ${args.join(' ')}: ${end} after ${endedAt - startedAt} ms\n${stderr}${stdout}`;
}
