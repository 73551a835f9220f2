import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import xxhash, { type XXHashAPI } from 'xxhash-wasm';
import { addDigests, formatDigest } from '#lib/digest/add-digests.ts';
import { compileKernel } from '#lib/digest/kernel/build.ts';
import { parseStop, RowKernel } from '#lib/digest/row-kernel.ts';

let peer: XXHashAPI;
beforeAll(async () => {
  peer = await xxhash();
});

/** mulberry32: the same numbers on every run. */
function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function randomRow(random: (below: number) => number, length: number): Buffer {
  const row = Buffer.alloc(length);
  for (let i = 0; i < length; i++) row[i] = random(256) === 10 ? 11 : random(256);
  for (let i = 0; i < length; i++) if (row[i] === 10) row[i] = 92;
  return row;
}

function expectedCounts(rows: readonly Buffer[]): { rows: number; bytes: number; digest: string } {
  const sum = rows.reduce((total, row) => total + peer.h64Raw(row), 0n);
  const bytes = rows.reduce((total, row) => total + row.length + 1, 0);
  return { rows: rows.length, bytes, digest: formatDigest(sum) };
}

function copyData(row: Buffer): Buffer {
  return message('d', Buffer.concat([row, Buffer.from('\n')]));
}

function message(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

/** Feeds a stream in random cuts; answers with the text of all blocks and the types of the other messages. */
function parseAll(kernel: RowKernel, stream: Buffer, cut: () => number): { text: Buffer; messages: string[] } {
  const text: Buffer[] = [];
  const messages: string[] = [];
  const body = { left: 0 };
  for (let start = 0; start < stream.length; ) {
    const end = Math.min(stream.length, start + cut());
    kernel.load(stream.subarray(start, end), 0);
    start = end;
    while (kernel.inputLeft > 0) {
      if (body.left > 0) {
        body.left -= kernel.takeInput(body.left).length;
        continue;
      }
      const stop = kernel.parse();
      if (stop === parseStop.blockFull) {
        text.push(Buffer.from(kernel.written));
        kernel.rewindBlock();
      } else if (stop === parseStop.message) {
        messages.push(String.fromCharCode(kernel.messageType));
        body.left = kernel.messageLength;
      } else {
        expect(stop).toBe(parseStop.inputUsedUp);
      }
    }
    // A stop at the very end of the input still wants its block emptied.
    while (kernel.parse() === parseStop.blockFull) {
      text.push(Buffer.from(kernel.written));
      kernel.rewindBlock();
    }
  }
  text.push(Buffer.from(kernel.written));
  return { text: Buffer.concat(text), messages };
}

describe('the row kernel', () => {
  it('is compiled from the source beside it', () => {
    const generated = readFileSync(join(import.meta.dirname, '../../lib/digest/kernel.wasm.ts'), 'utf8');
    expect(compileKernel()).toBe(generated);
  }, 60_000);

  it('knows the published XXH64 of nothing', () => {
    const kernel = new RowKernel({ blocks: 0, blockBytes: 0, digest: true });
    expect(formatDigest(kernel.hash(Buffer.alloc(0)))).toBe('ef46db3751d8e999');
  });

  it('hashes every length from 0 to 200, whole and in random cuts, as xxhash-wasm does', () => {
    const random = seededRandom(1);
    const kernel = new RowKernel({ blocks: 0, blockBytes: 0, digest: true });
    for (let length = 0; length <= 200; length++) {
      const row = randomRow(random, length);
      expect(kernel.hash(row)).toBe(peer.h64Raw(row));
      for (let round = 0; round < 5; round++) {
        const line = Buffer.concat([row, Buffer.from('\n')]);
        for (let start = 0; start < line.length; ) {
          const end = Math.min(line.length, start + 1 + random(70));
          kernel.scan(line.subarray(start, end));
          start = end;
        }
        expect(kernel.atRowBorder).toBe(true);
        expect(kernel.takeCounts()).toEqual(expectedCounts([row]));
      }
    }
  });

  it('counts rows of plain COPY text whatever the cuts, and says when a row is unfinished', () => {
    const random = seededRandom(2);
    const kernel = new RowKernel({ blocks: 0, blockBytes: 0, digest: true });
    const rows = Array.from({ length: 3000 }, () => randomRow(random, random(9) === 0 ? 0 : random(300)));
    const text = Buffer.concat(rows.map((row) => Buffer.concat([row, Buffer.from('\n')])));
    for (const most of [3, 50, 5000, 1_000_000]) {
      for (let start = 0; start < text.length; ) {
        const end = Math.min(text.length, start + 1 + random(most));
        kernel.scan(text.subarray(start, end));
        start = end;
      }
      expect(kernel.takeCounts()).toEqual(expectedCounts(rows));
    }
    kernel.scan(Buffer.from('abc'));
    expect(kernel.atRowBorder).toBe(false);
  });

  it.each([1, 2, 7, 33, 1000, 70_000])('parses a backend stream in cuts of up to %i bytes', (most) => {
    const random = seededRandom(most);
    const rows = Array.from({ length: 400 }, () => randomRow(random, random(20) === 0 ? random(5000) : random(200)));
    const parts = rows.map(copyData);
    parts.splice(100, 0, message('N', Buffer.from('SNOTICE\0Mhello\0\0')));
    const stream = Buffer.concat([message('H', Buffer.from([0, 0, 0])), ...parts, message('c', Buffer.alloc(0))]);
    const kernel = new RowKernel({ blocks: 1, blockBytes: 1024, digest: true });
    const { text, messages } = parseAll(kernel, stream, () => 1 + random(most));
    expect(messages).toEqual(['H', 'N', 'c']);
    expect(kernel.takeCounts()).toEqual(expectedCounts(rows));
    expect(text.equals(Buffer.concat(rows.flatMap((row) => [row, Buffer.from('\n')])))).toBe(true);
  });

  it('keeps a row that fits into a block in one block', () => {
    const kernel = new RowKernel({ blocks: 1, blockBytes: 100, digest: true });
    kernel.load(Buffer.concat([copyData(Buffer.alloc(60, 65)), copyData(Buffer.alloc(60, 66))]), 0);
    expect(kernel.parse()).toBe(parseStop.blockFull);
    expect(kernel.atRowBorder).toBe(true);
    expect(kernel.rowLeft).toBe(61);
    expect(kernel.written.length).toBe(61);
  });

  it('refuses a CopyData that is empty, that does not end with a newline, and a length that cannot be', () => {
    const kernel = new RowKernel({ blocks: 1, blockBytes: 100, digest: true });
    for (const body of ['', 'a', '1\n2']) {
      kernel.reset({ digest: true });
      kernel.load(message('d', Buffer.from(body)), 0);
      expect(kernel.parse()).toBe(parseStop.notOneRow);
    }
    kernel.reset({ digest: true });
    const long = message('d', Buffer.alloc(300, 65));
    kernel.load(long, 0);
    expect(kernel.parse()).toBe(parseStop.blockFull);
    kernel.rewindBlock();
    expect(kernel.parse()).toBe(parseStop.blockFull);
    kernel.rewindBlock();
    expect(kernel.parse()).toBe(parseStop.notOneRow);
    kernel.reset({ digest: true });
    kernel.load(Buffer.from([0x64, 0, 0, 0, 3]), 0);
    expect(kernel.parse()).toBe(parseStop.badLength);
  });

  it('leaves the digest at zero when told to', () => {
    const kernel = new RowKernel({ blocks: 1, blockBytes: 100, digest: false });
    kernel.load(copyData(Buffer.from('x')), 0);
    kernel.parse();
    expect(kernel.takeCounts()).toEqual({ rows: 1, bytes: 2, digest: '0000000000000000' });
  });
});

describe('digests', () => {
  it('add up modulo 2^64', () => {
    expect(addDigests()).toBe('0000000000000000');
    expect(addDigests('ffffffffffffffff', '0000000000000002', '00000000000000ff')).toBe('0000000000000100');
  });
});
