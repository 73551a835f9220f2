import { randomBytes } from 'node:crypto';
import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { Connection } from '#lib/config/config.ts';
import { copyOutSql } from '#lib/pieces/plan-pieces.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readPieces } from '#lib/rows/read-pieces.ts';
import { reportProgress } from '#lib/runs/progress-reporter.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { type BackupPlan, copiedSchema, type PieceResult } from './backup-plan.ts';
import { giveUpSnapshot } from './held-snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { withSnapshotSession } from './snapshot-session.ts';

/** How often finished pieces are written down inside a step, so that its next attempt does not read them again. */
const checkpointMs = 5_000;

export interface CopyStep {
  runId: string;
  epoch: number;
  lane: number;
  /** Position in the lane's list of pieces where this step begins. */
  from: number;
}

export interface CopyStepResult {
  /** Position where the next step begins; the length of the list when the lane is done. */
  next: number;
  rows: number;
  bytes: number;
}

/**
 * Copies pieces of one lane from the snapshot into chunks until the time budget is used, always at least one.
 * Safe to run twice, and twice at once: chunks are named by content, and what earlier attempts finished is read from
 * their checkpoints.
 * @throws SnapshotLostError, DatabaseError or UnavailableError naming the table, StorageError.
 */
export async function copyPieces(
  step: CopyStep,
  options: {
    plan: BackupPlan;
    connection: Connection;
    snapshot: Snapshot;
    repository: Repository;
    budgetMs: number;
    lockTimeoutMs: number;
  },
): Promise<CopyStepResult> {
  const { plan, repository } = options;
  const list = plan.lanes[step.lane] ?? [];
  const done = await readFinished(repository, step, list);
  const key = `${copiedPrefix(step)}${randomBytes(6).toString('hex')}.json`;
  const progress = reportProgress(repository, step.runId, progressStart(step, plan, done));
  const deadline = Date.now() + options.budgetMs;
  let position = step.from + done.length;
  let written = Date.now();
  let working = list[position];

  function* nextPieces(): Generator<{ id: number; sql: string }> {
    const first = position;
    for (let at = first; at < list.length && (at === first || Date.now() < deadline); at++) {
      const piece = plan.pieces[list[at] ?? -1];
      const source = piece && plan.catalog.sources[piece.source];
      if (source) yield { id: list[at] ?? -1, sql: copyOutSql(source, piece.range) };
    }
  }

  try {
    await withSnapshotSession(options, async (session) => {
      let newStored = 0;
      const pieces = readPieces(session, nextPieces(), {
        codec: repository.codec,
        putChunk: async (parts) => {
          const { name, stored, created } = await repository.putChunk(parts);
          if (created) newStored += stored;
          return { name, stored };
        },
        onProgress: (delta) => progress.add({ rows: delta.rows, bytes: delta.bytes }),
      });
      try {
        for await (const { id, rows, bytes, digest, chunks } of pieces) {
          done.push({ piece: id, rows, bytes, digest, chunks, newStored });
          newStored = 0;
          position++;
          working = list[position];
          progress.add({ items: 1 });
          if (Date.now() - written > checkpointMs) {
            await repository.putJson(key, done);
            written = Date.now();
          }
        }
      } catch (cause) {
        throw classifyError(cause, describePiece(plan, working));
      }
    });
  } catch (cause) {
    const error = classifyError(cause, `connection ${options.connection.name}`);
    // What is finished is a saving for the next attempt, and no more: its loss must not hide the error.
    await repository.putJson(key, done).catch(() => undefined);
    if (error.code !== 'lock_timeout') throw error;
    const table = describePiece(plan, working).replace(/^table /, '');
    throw await giveUpSnapshot(step.runId, { connection: options.connection, table, cause: error });
  }
  await repository.putJson(key, done);
  await progress.flush();
  return {
    next: position,
    rows: done.reduce((sum, { rows }) => sum + rows, 0),
    bytes: done.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Attempts of a step each write what they have copied beside each other: one that was given up may still be at work. */
function copiedPrefix(step: CopyStep): string {
  return `${runFolder(step.runId)}copied/e${step.epoch}-l${step.lane}-${String(step.from).padStart(7, '0')}-`;
}

/** The pieces from the step's beginning on that earlier attempts have finished. */
async function readFinished(repository: Repository, step: CopyStep, list: readonly number[]): Promise<PieceResult[]> {
  const results = new Map<number, PieceResult>();
  for await (const { key } of repository.store.list(copiedPrefix(step))) {
    for (const result of (await repository.getJson(key, copiedSchema)) ?? []) results.set(result.piece, result);
  }
  const finished: PieceResult[] = [];
  for (const piece of list.slice(step.from)) {
    const result = results.get(piece);
    if (result === undefined) break;
    finished.push(result);
  }
  return finished;
}

function describePiece(plan: BackupPlan, piece: number | undefined): string {
  const source = plan.catalog.sources[plan.pieces[piece ?? -1]?.source ?? -1];
  return source ? describeRowSource(source) : 'rows';
}

function progressStart(step: CopyStep, plan: BackupPlan, done: readonly PieceResult[]) {
  const list = plan.lanes[step.lane] ?? [];
  const weigh = (pieces: readonly number[]): number =>
    Math.round(pieces.reduce((sum, piece) => sum + (plan.pieces[piece]?.weight ?? 0), 0));
  return {
    lane: `copy-${step.lane}`,
    phase: 'copy rows',
    rows: done.reduce((sum, { rows }) => sum + rows, 0),
    bytes: weigh(list.slice(0, step.from)) + done.reduce((sum, { bytes }) => sum + bytes, 0),
    items: step.from + done.length,
    totalBytes: weigh(list),
    totalItems: list.length,
  };
}
