import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import { addDigests } from '#lib/digest/add-digests.ts';
import { withRowScanner } from '#lib/digest/with-row-scanner.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { Codec } from '#lib/rows/codec.ts';
import { decodeBlocks } from '#lib/rows/decode-blocks.ts';
import type { RecoveryPlan } from './recovery-plan.ts';

/** One chunk of a partition that has its columns in another order than the table its rows go into. */
interface ReorderedChunk {
  /** Which side table. */
  side: number;
  table: number;
  chunk: number;
}

/** The chunks that `digestReordered` works off, in order. Pure. */
export function listReordered(manifest: Manifest, { tables }: Pick<RecoveryPlan, 'tables'>): ReorderedChunk[] {
  return tables.flatMap(({ sources }, side) =>
    sources
      .filter(({ reordered }) => reordered)
      .flatMap(({ table }) => (manifest.tables[table]?.chunks ?? []).map((_, chunk) => ({ side, table, chunk }))),
  );
}

/**
 * What rows of reordered partitions must look like in their side tables: the digest of their COPY lines with the fields
 * in the side table's order, by side table. Chunks from `from` on are read until the time budget is used, at least one.
 * Reads only: safe to run twice. @throws DamagedError.
 */
export async function digestReordered(
  from: number,
  options: { plan: RecoveryPlan; manifest: Manifest; repository: Repository; budgetMs: number },
): Promise<{ next: number; digests: { side: number; digest: string }[] }> {
  const { plan, manifest, repository } = options;
  const deadline = Date.now() + options.budgetMs;
  const items = listReordered(manifest, plan);
  const digests = new Map<number, string>();
  let next = from;
  while (next < items.length) {
    const item = items[next];
    const source = item && manifest.tables[item.table];
    const chunk = item && source?.chunks[item.chunk];
    if (!item || !source || !chunk) break;
    const object = describeRowSource(source);
    const stored = await repository.getChunk(chunk.name, { object, size: chunk.stored });
    const order = (plan.tables[item.side]?.columns ?? []).map(({ name }) => source.columns.indexOf(name));
    const digest = await digestInOrder(stored, { codec: manifest.codec, order, object });
    digests.set(item.side, addDigests(digests.get(item.side) ?? '0', digest));
    next++;
    if (Date.now() >= deadline) break;
  }
  return { next, digests: [...digests].map(([side, digest]) => ({ side, digest })) };
}

/** The digest of a chunk's rows with their fields in another order: `order[n]` is where the nth field stands now. */
export function digestInOrder(
  stored: Buffer,
  { codec, order, object }: { codec: Codec; order: readonly number[]; object: string },
): Promise<string> {
  return withRowScanner(async (kernel) => {
    let begun = '';
    try {
      for await (const block of decodeBlocks(stored, codec)) {
        // One character a byte: COPY text has its tabs and newlines escaped, so those that are left part fields and rows.
        const lines = (begun + block.toString('latin1')).split('\n');
        begun = lines.pop() ?? '';
        const rows = lines.map((line) => reorder(line.split('\t'), order));
        if (rows.length > 0) kernel.scan(Buffer.from(`${rows.join('\n')}\n`, 'latin1'));
      }
    } catch (cause) {
      throw damaged(object, cause);
    }
    if (begun !== '') throw damaged(object);
    return kernel.takeCounts().digest;
  });
}

function reorder(fields: readonly string[], order: readonly number[]): string {
  return order.map((at) => fields[at] ?? '').join('\t');
}

function damaged(object: string, cause?: unknown): DamagedError {
  return new DamagedError(`${object}: a chunk of rows does not decode.`, {
    code: 'chunk_undecodable',
    hint: 'Recover from another backup; `holdfast verify` lists what is damaged.',
    cause,
  });
}
