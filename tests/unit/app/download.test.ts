import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { download } from '#app/backups/download.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';

const about = { file: 'a.csv', type: 'text/csv' };
const piece = Buffer.alloc(64 * 1024, 'x');

/** Writes as an export does: each piece when the one before it was taken. */
function write(stream: NodeJS.WritableStream, part: Uint8Array): Promise<void> {
  return new Promise((done, failed) => stream.write(part, (error) => (error ? failed(error) : done())));
}

describe('a download', () => {
  it('is what was written, as a file', async () => {
    const { signal } = new AbortController();
    const answer = await download({ ...about, signal }, async (stream) => {
      for (let n = 0; n < 20; n++) await write(stream, piece);
    });
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="a.csv"');
    expect((await answer.arrayBuffer()).byteLength).toBe(20 * piece.length);
  });

  it('ends with the last of what was written at once', async () => {
    const { signal } = new AbortController();
    const answer = await download({ ...about, signal }, async (stream) => {
      for (const text of ['a', 'b', 'c']) stream.write(text);
    });
    expect(await answer.text()).toBe('abc');
  });

  it('may be empty', async () => {
    const { signal } = new AbortController();
    const answer = await download({ ...about, signal }, async () => undefined);
    expect(await answer.text()).toBe('');
  });

  it('that nobody reads is not written on: a few pieces are in memory', async () => {
    let written = 0;
    let stopped: AbortSignal | undefined;
    const { signal } = new AbortController();
    const answer = await download({ ...about, signal }, async (stream, stop) => {
      stopped = stop;
      for (; written < 1_000; written++) await write(stream, piece);
    });
    await sleep(100);
    expect(written).toBeLessThan(10);
    const reader = answer.body?.getReader();
    for (let n = 0; n < 5; n++) expect((await reader?.read())?.done).toBe(false);
    expect(written).toBeLessThan(20);
    await reader?.cancel();
    await vi.waitFor(() => expect(stopped?.aborted).toBe(true), 10_000);
    expect(written).toBeLessThan(20);
  });

  it('ends with its request', async () => {
    const client = new AbortController();
    let ended: unknown;
    const answer = await download({ ...about, signal: client.signal }, async (stream) => {
      try {
        for (;;) await write(stream, piece);
      } catch (cause) {
        ended = cause;
        throw cause;
      }
    });
    client.abort();
    await expect(answer.arrayBuffer()).rejects.toThrow();
    await vi.waitFor(() => expect(ended).toBeInstanceOf(Error), 10_000);
  });

  it('throws what fails before its first byte, and breaks off at what fails later', async () => {
    const { signal } = new AbortController();
    const damaged = new DamagedError('chunk x is gone', { code: 'chunk_missing', hint: 'Restore it.' });
    await expect(download({ ...about, signal }, () => Promise.reject(damaged))).rejects.toBe(damaged);
    const answer = await download({ ...about, signal }, async (stream) => {
      await write(stream, piece);
      throw damaged;
    });
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });
});
