import { readFile, writeFile } from 'node:fs/promises';
import pg from 'pg';
import type { ChunkRef } from '#lib/manifest/chunk-ref.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { loadChunk } from '#lib/rows/load-chunk.ts';
import { readPieces } from '#lib/rows/read-pieces.ts';

/** What a measured process does; `read` leaves a list of its chunks beside the repository for `load`. */
export type RowTask = { url: string; repository: string; tables: string[] } & (
  | { kind: 'read'; digest: boolean }
  | { kind: 'load' }
);

const lanes = 2;
const pagesPerPiece = 8192;

interface StoredTable {
  table: string;
  chunks: ChunkRef[];
}

interface FetchedChunk {
  table: string;
  chunk: ChunkRef;
  bytes: Buffer;
}

/** Does the task with two connections and prints seconds, processor time and peak memory as JSON. */
export async function runRowLanes(task: RowTask): Promise<void> {
  const started = performance.now();
  if (task.kind === 'read') await read(task, task.digest);
  else await load(task);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ seconds, cpu: (userCPUTime + systemCPUTime) / 1e6, rss: Math.round(maxRSS / 1024) }));
}

async function read(task: RowTask, digest: boolean): Promise<void> {
  const repository = await openRepository({ location: task.repository, access: 'write' });
  await using holder = await open(task.url);
  await holder.client.query('begin isolation level repeatable read read only');
  const exported = await holder.client.query<{ id: string }>('select pg_export_snapshot() as id');
  const pieces: { id: number; sql: string }[] = [];
  const stored: StoredTable[] = [];
  const tableOf: StoredTable[] = [];
  for (const table of task.tables) {
    const size = await holder.client.query<{ pages: string }>(`select pg_relation_size('${table}') / 8192 as pages`);
    const pages = Number(size.rows[0]?.pages);
    const entry = { table, chunks: [] };
    stored.push(entry);
    for (let page = 0; page < pages; page += pagesPerPiece) {
      const range = `ctid >= '(${page},0)' and ctid < '(${page + pagesPerPiece},0)'`;
      tableOf[pieces.length] = entry;
      pieces.push({ id: pieces.length, sql: `copy (select * from ${table} where ${range}) to stdout` });
    }
  }
  const queue = pieces.values();
  const lane = async (): Promise<void> => {
    await using session = await open(task.url);
    await session.client.query('begin isolation level repeatable read read only');
    await session.client.query(`set transaction snapshot '${exported.rows[0]?.id}'`);
    const { codec, putChunk } = repository;
    const shared = { [Symbol.iterator]: () => ({ next: () => queue.next() }) };
    for await (const piece of readPieces(session.client, shared, { codec, digest, putChunk })) {
      tableOf[piece.id]?.chunks.push(...piece.chunks);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await writeFile(`${task.repository.slice('file:'.length)}.json`, JSON.stringify(stored));
}

async function load(task: RowTask): Promise<void> {
  const repository = await openRepository({ location: task.repository, access: 'read' });
  const stored: StoredTable[] = JSON.parse(await readFile(`${task.repository.slice('file:'.length)}.json`, 'utf8'));
  // Lanes begin with different tables: two COPY into the same one wait for each other.
  const takeNext = (tables: readonly StoredTable[]): Promise<FetchedChunk> | undefined => {
    const entry = tables.find(({ chunks }) => chunks.length > 0);
    const chunk = entry?.chunks.shift();
    if (entry === undefined || chunk === undefined) return undefined;
    const { table } = entry;
    const fetching = repository.getChunk(chunk.name, { object: table, size: chunk.stored });
    return fetching.then((bytes) => ({ table, chunk, bytes }));
  };
  // Lanes begin with different tables: two COPY into the same one wait for each other.
  const lane = async (tables: readonly StoredTable[]): Promise<void> => {
    await using session = await open(task.url);
    for (let ahead = takeNext(tables); ahead !== undefined; ) {
      const { table, chunk, bytes } = await ahead;
      ahead = takeNext(tables);
      const sql = `begin; copy ${table} from stdin`;
      await loadChunk(session.client, { sql, stored: bytes, codec: repository.codec, expected: chunk, object: table });
      await session.client.query('commit');
    }
  };
  await Promise.all([lane(stored), lane(stored.toReversed())]);
}

async function open(url: string): Promise<AsyncDisposable & { client: pg.Client }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
