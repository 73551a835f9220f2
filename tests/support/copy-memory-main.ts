import { setTimeout as sleep } from 'node:timers/promises';
import { closeSession, connect } from '#lib/postgres/connect.ts';
import { copyIn } from '#lib/postgres/copy-in.ts';
import { readPieces } from '#lib/rows/read-pieces.ts';

/** Reads the table `public.t` with a slow store, loads 100 MiB into `public.copy`, and prints the most memory (RSS, in MiB) that took. */
const [, , driver = '', url = '', wsProxy = ''] = process.argv;
const mebibyte = 1024 * 1024;

async function most(body: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  await body();
  clearInterval(timer);
  return Math.round(peak / mebibyte);
}

if (driver !== 'tcp' && driver !== 'websocket') throw new Error(`no driver ${driver}`);
const session = await connect({ name: 'there', url, driver, wsProxy });
const start = Math.round(process.memoryUsage.rss() / mebibyte);
const reading = await most(async () => {
  const putChunk = async (parts: Uint8Array[]) => {
    await sleep(400);
    return { name: 'x', stored: parts.reduce((sum, part) => sum + part.length, 0) };
  };
  const pieces = [{ id: 1, sql: 'copy public.t to stdout' }];
  for await (const { rows } of readPieces(session, pieces, { codec: 'zstd', putChunk, chunkBytes: mebibyte }))
    void rows;
});
const loading = await most(async () => {
  const block = Buffer.from(`${'x'.repeat(1023)}\n`.repeat(1024));
  const blocks = async function* (): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < 100 * mebibyte; sent += block.length) yield block;
  };
  await copyIn(session, { sql: 'copy public.copy from stdin', blocks: blocks() });
});
await closeSession(session);
process.stdout.write(JSON.stringify({ start, reading, loading }));
