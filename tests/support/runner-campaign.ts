import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readJournal } from '#inngest/local/read-journal.ts';
import { applyRecord, emptyState, type RunnerState } from '#inngest/local/runner-state.ts';
import type { Effect } from './runner-demo.ts';

/** One life of the demo process. */
export interface Life {
  killed: boolean;
  stdout: string;
  stderr: string;
}

const program = join(import.meta.dirname, 'runner-demo-main.ts');

/** Starts the demo process on a folder. */
export function startLife(folder: string): { child: ChildProcess; ended: Promise<Life> } {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const signal = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, by) => resolve(by)));
  const said = Promise.all([child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream))));
  const end = async (): Promise<Life> => {
    const [stdout = '', stderr = ''] = await said;
    return { killed: (await signal) === 'SIGKILL', stdout, stderr };
  };
  return { child, ended: end() };
}

/** One life, killed `killAfterMs` after it has loaded its modules, unless it has ended by then. */
export async function liveOnce({ folder, killAfterMs }: { folder: string; killAfterMs: number }): Promise<Life> {
  const { child, ended } = startLife(folder);
  let timer: NodeJS.Timeout | undefined;
  child.once('message', () => {
    timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  const life = await ended;
  clearTimeout(timer);
  return life;
}

/** A new folder of one campaign. */
export function makeCampaignFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'holdfast-runner-'));
}

/** The state the journal in a folder adds up to. */
export function replayFolder(folder: string): RunnerState {
  const path = join(folder, 'journal.jsonl');
  const state = emptyState();
  for (const record of readJournal({ bytes: readFileSync(path), path }).lines.flat()) applyRecord(state, record);
  return state;
}

/** The effects of a folder, oldest first. A line torn by a kill did not happen. */
export function readEffects(folder: string): Effect[] {
  const path = join(folder, 'effects.jsonl');
  // A kill can come before the first effect.
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return lines.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []));
}

/** The parts of the demo's main function whose results the journal holds, named like their effects. */
export function rememberedParts(state: RunnerState): string[] {
  return [...state.runs.values()].flatMap((run) => {
    if (run.fn !== 'demo-main') return [];
    const { job } = Object(run.event.data);
    return Array.from({ length: 12 }, (_, part) => part)
      .filter((part) => run.outcome !== undefined || Object.hasOwn(run.memos, hashStepId(`part-${part}`)))
      .map((part) => `${job} part-${part}`);
  });
}

/** How the SDK turns the id of a step into the one the protocol uses. */
function hashStepId(id: string): string {
  return createHash('sha1').update(id).digest('hex');
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
