import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Life, runVerb, type VerbSetting } from '#tests/kill/run-verb.ts';
import { awaitMoment } from './await-moment.ts';
import type { CutoverWatch } from './cutover-watch.ts';
import type { KillMoment } from './plan-transfer-rounds.ts';

/** A SIGKILL that ended a living process. */
export interface Kill {
  at: number;
  /** The last step that was written down. */
  after: string;
  /**
   * `inside`: a cut-over was under way; `unnoted`: it was done, and no step had been written down of it; else `outside`.
   */
  phase: 'outside' | 'inside' | 'unnoted';
  /** Of a kill inside: whether the change of who is served was made in the end, before anybody resumed. */
  changed: boolean;
}

/** How a run of a verb ended, however often its process was killed. */
export interface PlayedLives {
  run: string;
  /** result.json as it stands there. */
  result: { status: string; exitCode: number; outcome: unknown; error: { message: string } | null };
  kills: Kill[];
  /** How often `holdfast resume` was called, and how often the verb again as no run had begun. */
  resumed: number;
  begunAgain: number;
  durationMs: number;
}

export interface LivesPlan {
  verb: 'transfer' | 'rollback' | 'discard';
  args: readonly string[];
  setting: VerbSetting;
  /** Where the lives are written down, for a round that goes wrong. */
  log: string;
  /** How long the verb takes when nothing happens. */
  durationMs: number;
  kills: readonly KillMoment[];
  cutover: CutoverWatch;
  /** Done once, after the first kill. */
  afterFirstKill?: (() => Promise<void>) | undefined;
}

const mostLives = 15;
/** A connection may be struck in the moment in which the CLI looks at it before it begins a run. */
const mostRefusals = 3;
/** A process has to start before it can be killed at work; what is left of a verb is seldom less. */
const leastLeftMs = 1_500;
/** So many times as long as a cut-over takes: what a killed process has begun is over by then, and nobody has resumed it. */
const settledSpans = 4;

/**
 * Runs a verb, and `resume` as long as something kills the process, until its run has ended.
 * @throws an Error with what the CLI said where the run is lost, or its journal stays.
 */
export async function playLives(plan: LivesPlan): Promise<PlayedLives> {
  const { setting, cutover } = plan;
  const before = new Set((await readRuns(setting.repository)).map(({ id }) => id));
  const startedAt = Date.now();
  const servedAtStart = cutover.served;
  const kills: Kill[] = [];
  const lives: Life[] = [];
  const settling: Promise<void>[] = [];
  let resumed = 0;
  let begunAgain = 0;
  let args: readonly string[] = [...plan.args, '--json'];
  for (;;) {
    if (lives.length === mostLives) throw lost('it does not come to an end', lives);
    const moment = plan.kills[kills.length];
    const leftMs = Math.max(leastLeftMs, plan.durationMs - (Date.now() - startedAt));
    let isUnderWay = false;
    const killWhen =
      moment &&
      (async (signal: AbortSignal): Promise<void> => {
        await awaitMoment(moment, { leftMs, cutover, repository: setting.repository, signal });
        isUnderWay = cutover.isUnderWay;
      });
    const life = await runVerb(args, { setting, killWhen });
    lives.push(life);
    await appendFile(plan.log, describeLife(life));
    const runs = (await readRuns(setting.repository)).filter(({ id }) => !before.has(id));
    const main = runs.find(({ kind, parent }) => kind === plan.verb && parent === null);
    const hasJournal = (await readdir(setting.state)).some((name) => name.endsWith('.jsonl'));
    if (life.killed) {
      const isNoted = runs.some(({ steps }) => steps.some((step) => /-(cut-over|roll-back)\.json$/.test(step)));
      const isDone = !isUnderWay && cutover.served !== servedAtStart;
      const phase = isUnderWay ? 'inside' : isDone && !isNoted ? 'unnoted' : 'outside';
      const kill: Kill = { at: life.endedAt, after: lastStep(runs), phase, changed: false };
      kills.push(kill);
      if (isUnderWay) {
        settling.push(
          sleep(settledSpans * cutover.spanMs).then(() => {
            kill.changed = cutover.served !== servedAtStart;
          }),
        );
      }
      if (kills.length === 1) await plan.afterFirstKill?.();
    }
    if (main?.result && !hasJournal) {
      if (!life.killed && life.exitCode !== main.result.exitCode) {
        throw lost(`run ${main.id} has exit code ${main.result.exitCode}, the process ${life.exitCode}`, lives);
      }
      await Promise.all(settling);
      const { id: run, result } = main;
      return { run, result, kills, resumed, begunAgain, durationMs: Date.now() - startedAt };
    }
    if (life.killed && hasJournal) {
      args = ['resume', '--json'];
      resumed++;
    } else if (hasJournal) {
      throw lost('the process has ended by itself and left a journal', lives);
    } else if (main) {
      throw lost(`run ${main.id} has not ended and has no journal`, lives);
    } else {
      // No run had begun: killed before its journal was there, or its server could not be reached at all.
      args = [...plan.args, '--json'];
      begunAgain++;
      if (lives.filter(({ killed }) => !killed).length > mostRefusals) throw lost('no run begins', lives);
    }
  }
}

interface FoundRun {
  id: string;
  kind: string;
  parent: string | null;
  result: PlayedLives['result'] | undefined;
  /** Files of its steps. */
  steps: string[];
}

/** The runs of a repository, also of one that is not there yet, past our own store. */
async function readRuns(repository: string): Promise<FoundRun[]> {
  const folder = join(repository, 'runs');
  const days = await readdir(folder).catch(() => []);
  const names = await Promise.all(
    days.map(async (day) => (await readdir(join(folder, day))).map((id) => join(day, id))),
  );
  return Promise.all(
    names.flat().map(async (name): Promise<FoundRun> => {
      const record = await readJson(join(folder, name, 'run.json'));
      const steps = await readdir(join(folder, name, 'steps')).catch(() => []);
      return {
        ...Object(record),
        id: name.split('/').at(-1),
        result: await readJson(join(folder, name, 'result.json')),
        steps,
      };
    }),
  );
}

async function readJson(file: string): Promise<FoundRun['result']> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** The last step written down of the run that came last: `cut-over of restore`. */
function lastStep(runs: readonly FoundRun[]): string {
  const last = runs.filter(({ steps }) => steps.length > 0).at(-1);
  const step = last?.steps.sort().at(-1)?.replace('.json', '');
  return step === undefined ? 'nothing' : `${step} of ${last?.kind}`;
}

function lost(what: string, lives: readonly Life[]): Error {
  return new Error(`${what}.\n${lives.map(describeLife).join('')}`);
}

function describeLife({ args, killed, exitCode, startedAt, endedAt, stdout, stderr }: Life): string {
  const end = killed ? 'killed' : `exit code ${exitCode}`;
  return `--- holdfast ${args.join(' ')}: ${end} after ${endedAt - startedAt} ms\n${stderr}${stdout}\n`;
}
