import { addCounts } from '#lib/digest/add-counts.ts';
import { noRows, type RowCounts } from '#lib/digest/row-counts.ts';
import { RowKernel } from '#lib/digest/row-kernel.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { copyOut } from '#lib/postgres/copy-out.ts';
import type { Session } from '#lib/postgres/session.ts';

const blockBytes = 256 * 1024;

/**
 * Counts and hashes the rows of COPY TO STDOUT statements together, storing nothing.
 * @throws pg's DatabaseError: the session is usable again. Anything else closes the connection.
 */
export async function digestRows(
  session: Session,
  sqls: Iterable<string>,
  options: { onProgress?: (delta: { rows: number; bytes: number }) => void; signal?: AbortSignal } = {},
): Promise<RowCounts> {
  const kernel = new RowKernel({ blocks: 1, blockBytes, digest: true });
  let total = noRows;
  let statementRows = 0;
  const take = (): undefined => {
    const counts = kernel.takeCounts();
    total = addCounts(total, counts);
    statementRows += counts.rows;
    kernel.rewindBlock();
    options.onProgress?.({ rows: counts.rows, bytes: counts.bytes });
    return undefined;
  };
  await copyOut(session, {
    kernel,
    statements: sqls[Symbol.iterator](),
    onBlock: take,
    onStatementEnd: (rows) => {
      take();
      if (rows !== statementRows) {
        throw new UnavailableError(`The server says it sent ${rows} rows, ${statementRows} arrived.`, {
          code: 'row_count',
          hint: 'Check what stands between Holdfast and the server: a pooler or proxy that changes the stream.',
        });
      }
      statementRows = 0;
      return undefined;
    },
    signal: options.signal,
  });
  return total;
}
