import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { Connection } from '#lib/config/config.ts';
import type { ChunkRef } from '#lib/manifest/chunk-ref.ts';
import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { loadChunk } from '#lib/rows/load-chunk.ts';
import { reportProgress } from '#lib/runs/progress-reporter.ts';
import { applyOnce, flushCommits } from './ledger.ts';
import { copyInSql, type LoadItem, ledgerItem } from './plan-rows.ts';
import { withLargeObjectStage } from './stage-large-objects.ts';

export interface LoadStep {
  runId: string;
  lane: number;
  /** Position in the lane's list where this step begins. */
  from: number;
}

/**
 * Loads chunks of one lane until the time budget is used, always at least one; answers where the next step begins.
 * Safe to run twice, and twice at once: each chunk commits together with its ledger row.
 * @throws DamagedError naming object and table before a row of the chunk is committed; else a classified error.
 */
export async function loadChunks(
  step: LoadStep,
  options: {
    items: readonly LoadItem[];
    manifest: Manifest;
    target: Connection;
    repository: Repository;
    budgetMs: number;
  },
): Promise<{ next: number }> {
  const { items, manifest, repository, target } = options;
  const progress = reportProgress(repository, step.runId, progressStart(step, items, manifest));
  const deadline = Date.now() + options.budgetMs;
  let next = step.from;
  await withSession(target, async (session) => {
    // Waiting for the disk after every chunk would cost time; the end of the step waits once for all.
    await session.query('set synchronous_commit = off');
    let ahead = fetchAhead(repository, manifest, items[next]);
    while (next < items.length) {
      const item = items[next];
      const table = item && manifest.tables[item.table];
      const chunk = item && table?.chunks[item.chunk];
      if (!item || !table || !chunk) break;
      const stored = await ahead;
      // The next chunk comes from the store while this one goes into the table.
      ahead = fetchAhead(repository, manifest, items[next + 1]);
      try {
        await applyOnce(session, { runId: step.runId, item: ledgerItem(item, chunk) }, () =>
          loadRows(session, { table, chunk, stored, codec: manifest.codec }),
        );
      } catch (cause) {
        throw classifyError(cause, describeRowSource(table));
      }
      progress.add({ rows: chunk.rows, bytes: chunk.bytes, items: 1 });
      next++;
      if (Date.now() >= deadline) break;
    }
    await flushCommits(session, { runId: step.runId, item: `flushed/${step.lane}` });
  });
  await progress.flush();
  return { next };
}

async function loadRows(
  session: Session,
  load: { table: ManifestTable; chunk: ChunkRef; stored: Buffer; codec: Manifest['codec'] },
): Promise<void> {
  const { table, chunk, stored, codec } = load;
  const copy = (sql: string): Promise<void> =>
    loadChunk(session, { sql, stored, codec, expected: chunk, object: describeRowSource(table) });
  if (table.kind === 'large-objects') await withLargeObjectStage(session, copy);
  else await copy(copyInSql(table));
}

/** A chunk that is not there is the error of its own turn, which may never come in this step. */
function fetchAhead(repository: Repository, manifest: Manifest, item: LoadItem | undefined): Promise<Buffer> {
  const chunk = fetchChunk(repository, manifest, item);
  chunk.catch(() => undefined);
  return chunk;
}

async function fetchChunk(repository: Repository, manifest: Manifest, item: LoadItem | undefined): Promise<Buffer> {
  const table = item && manifest.tables[item.table];
  const chunk = table?.chunks[item?.chunk ?? -1];
  if (!table || !chunk) return Buffer.alloc(0);
  return repository.getChunk(chunk.name, { object: describeRowSource(table), size: chunk.stored });
}

function progressStart(step: LoadStep, items: readonly LoadItem[], manifest: Manifest) {
  const chunks = items.map((item) => manifest.tables[item.table]?.chunks[item.chunk]);
  const add = (list: typeof chunks, field: 'rows' | 'bytes'): number =>
    list.reduce((sum, chunk) => sum + (chunk?.[field] ?? 0), 0);
  const before = chunks.slice(0, step.from);
  return {
    lane: `load-${step.lane}`,
    phase: 'load rows',
    rows: add(before, 'rows'),
    bytes: add(before, 'bytes'),
    items: step.from,
    totalBytes: add(chunks, 'bytes'),
    totalItems: items.length,
  };
}
