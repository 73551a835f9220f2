import type { RowCounts } from '#lib/digest/row-counts.ts';
import { withRowScanner } from '#lib/digest/with-row-scanner.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Codec } from './codec.ts';
import { decodeBlocks } from './decode-blocks.ts';

/**
 * Decodes a chunk block by block and counts and hashes its rows.
 * @throws DamagedError for bytes that do not decode, or that end within a row.
 */
export function scanChunk(stored: Buffer, codec: Codec): Promise<RowCounts> {
  return withRowScanner(async (kernel) => {
    try {
      for await (const block of decodeBlocks(stored, codec)) kernel.scan(block);
    } catch (cause) {
      throw new DamagedError('A chunk does not decode.', {
        code: 'chunk_undecodable',
        hint: 'Use another backup.',
        cause,
      });
    }
    if (!kernel.atRowBorder) {
      throw new DamagedError('A chunk ends within a row.', { code: 'chunk_cut', hint: 'Use another backup.' });
    }
    return kernel.takeCounts();
  });
}
