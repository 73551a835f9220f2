import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { ManifestTable } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { Codec } from '#lib/rows/codec.ts';
import { decodeBlocks } from '#lib/rows/decode-blocks.ts';
import { readChunks } from './script-bytes.ts';

/**
 * The rows of a table as lines of COPY text, some at a time. Holds a chunk, and the longest row.
 * `latin1` gives every byte as a character, whatever the encoding: for what looks at ASCII only and writes it back so.
 * @throws DamagedError where a chunk is not what the manifest says.
 */
export async function* readLines(
  repository: Repository,
  { table, codec, encoding }: { table: ManifestTable; codec: Codec; encoding: 'utf8' | 'latin1' },
): AsyncGenerator<string[]> {
  let rows = 0;
  for await (const stored of readChunks(repository, table, table.chunks)) {
    const rest: Buffer[] = [];
    for await (const block of decode(stored, { table, codec })) {
      const end = block.lastIndexOf(10) + 1;
      if (end === 0) {
        rest.push(block);
        continue;
      }
      const text = Buffer.concat([...rest.splice(0), block.subarray(0, end - 1)]).toString(encoding);
      if (end < block.length) rest.push(block.subarray(end));
      const lines = text.split('\n');
      rows += lines.length;
      yield lines;
    }
    if (rest.length > 0) throw damaged(table);
  }
  if (String(rows) !== table.rows) throw damaged(table);
}

async function* decode(
  stored: Buffer,
  { table, codec }: { table: ManifestTable; codec: Codec },
): AsyncGenerator<Buffer> {
  try {
    yield* decodeBlocks(stored, codec);
  } catch (cause) {
    throw damaged(table, cause);
  }
}

function damaged(table: ManifestTable, cause?: unknown): DamagedError {
  return new DamagedError(`${describeRowSource(table)}: its rows are not what the manifest says.`, {
    code: 'chunk_damaged',
    hint: 'Export another backup; `holdfast verify` lists what is damaged.',
    cause,
  });
}
