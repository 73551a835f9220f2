import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isJournalLocked } from '#inngest/local/journal-lock.ts';
import type { RunState } from '#inngest/local/journal-record.ts';
import { readJournal } from '#inngest/local/read-journal.ts';
import { applyRecord, emptyState, type RunnerState } from '#inngest/local/runner-state.ts';
import { serverJournal } from '#inngest/local/server-journal.ts';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { type ResumeNote, resumeNoteSchema } from './workflow-request.ts';

/** A run of an earlier process that nobody has seen the end of. */
export interface UnfinishedRun {
  journal: string;
  runId: string;
  engineRunId: string;
  note: ResumeNote;
  startedAt: number;
  /** It, or a part of it, waits for a person. */
  waits: boolean;
}

/**
 * The runs in journals that no living process holds, oldest first and those that wait for a person last. A journal in
 * which nothing has begun is removed.
 * @throws DamagedError, RefusedError (written by another version) naming the journal.
 */
export async function findUnfinished(stateFolder: string): Promise<UnfinishedRun[]> {
  const found: UnfinishedRun[] = [];
  for (const journal of await listJournals(stateFolder)) {
    if (await isJournalLocked(`${journal}.lock`)) continue;
    const state = await replayJournal(journal);
    const runs = listMainRuns(state);
    if (runs.length === 0) await removeIfAbandoned(journal);
    for (const run of runs) {
      const unfinished = describeRun({ journal, state, run });
      if (unfinished) found.push(unfinished);
    }
  }
  return found.sort((one, other) => Number(one.waits) - Number(other.waits) || one.startedAt - other.startedAt);
}

function describeRun({
  journal,
  state,
  run,
}: {
  journal: string;
  state: RunnerState;
  run: RunState;
}): UnfinishedRun | undefined {
  const note = readNote(run);
  if (note === undefined) return undefined;
  const { id: engineRunId, createdAt: startedAt } = run;
  const pending = [...state.runs.values()].flatMap((open) => Object.values(open.pending));
  const waits = pending.some(({ op }) => op === 'WaitForEvent');
  return { journal, runId: deriveRunId(run.event.ts, run.id), engineRunId, note, startedAt, waits };
}

/** Who drives a run by a local runner. */
export interface Driver {
  /** A living process holds the journal. */
  isAlive: boolean;
  /** The run as `resume` takes it up; `undefined` where the journal is a server's. */
  unfinished: UnfinishedRun | undefined;
}

/** The local runner that has the run in its journal, in the state folder of this machine; `undefined` where none has. */
export async function findDriver(stateFolder: string, engineRunId: string): Promise<Driver | undefined> {
  for (const journal of [...(await listJournals(stateFolder)), join(stateFolder, serverJournal)]) {
    const state = await replayJournal(journal);
    const run = state.runs.get(engineRunId);
    if (run === undefined) continue;
    return { isAlive: await isJournalLocked(`${journal}.lock`), unfinished: describeRun({ journal, state, run }) };
  }
  return undefined;
}

/** Removes a journal whose runs have all ended and been told. */
export async function removeJournal(journal: string): Promise<void> {
  for (const file of [journal, `${journal}.new`, `${journal}.lock`]) await rm(file, { force: true });
}

/** Also of a process that was killed when it had the lock and no journal yet. */
async function listJournals(stateFolder: string): Promise<string[]> {
  try {
    const names = await readdir(stateFolder);
    const journals = names.flatMap((name) => /^(cli-[0-9A-Z]+\.jsonl)(?:\.lock)?$/.exec(name)?.[1] ?? []);
    return [...new Set(journals)].map((name) => join(stateFolder, name));
  } catch (cause) {
    // No run has been made here yet, nor can one be.
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(cause) ?? '')) return [];
    throw cause;
  }
}

async function replayJournal(journal: string): Promise<RunnerState> {
  const state = emptyState();
  const { lines } = readJournal({ bytes: await readBytes(journal), path: journal });
  for (const record of lines.flat()) applyRecord(state, record);
  return state;
}

async function readBytes(journal: string): Promise<Buffer> {
  try {
    return await readFile(journal);
  } catch (cause) {
    // Its process has just ended and taken it away.
    if (errnoOf(cause) === 'ENOENT') return Buffer.alloc(0);
    throw cause;
  }
}

/** The runs a person has asked for; lanes and failure handlers belong to them. */
function listMainRuns(state: RunnerState): RunState[] {
  return [...state.runs.values()].filter((run) => readNote(run) !== undefined);
}

function readNote({ event, parent }: RunState): ResumeNote | undefined {
  if (parent !== undefined) return undefined;
  return resumeNoteSchema.safeParse(event['meta']).data;
}

/** Killed before its event was written; a process that has just made its journal holds the lock. */
async function removeIfAbandoned(journal: string): Promise<void> {
  if (!(await isJournalLocked(`${journal}.lock`))) await removeJournal(journal);
}
