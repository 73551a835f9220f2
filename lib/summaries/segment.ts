import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';

/** Raised whenever what a summary holds changes: segments of another format are made anew. */
export const segmentFormat = 1;

/** All that is read of a segment before its format is known. */
export const anySegmentSchema = z.looseObject({ format: z.int() });

/**
 * Summaries of one month, `lines` being `<name>\t<JSON>\n` each, in the order of their names, compressed with zstd, in
 * base64. `keys` are the ids of the keys its writer had: who has fewer might not have been able to read what it tells.
 */
const segmentSchema = z.strictObject({
  format: z.literal(segmentFormat),
  keys: z.array(z.string()),
  sha256: z.string(),
  lines: z.string(),
});
export type Segment = z.infer<typeof segmentSchema>;

/** Pure. The segment of these summaries: their JSON by name. */
export function packSegment(texts: ReadonlyMap<string, string>, keys: readonly string[]): Segment {
  const names = [...texts.keys()].sort();
  const text = names.map((name) => `${name}\t${texts.get(name)}\n`).join('');
  const level = { [constants.ZSTD_c_compressionLevel]: 3 };
  const lines = zstdCompressSync(text, { params: level }).toString('base64');
  return { format: segmentFormat, keys: [...keys].sort(), sha256: hash(text), lines };
}

/** The summaries' JSON by name, and the keys of who wrote them; `undefined` where it is no whole segment. Pure. */
export function unpackSegment(json: unknown): { texts: Map<string, string>; keys: string[] } | undefined {
  const segment = segmentSchema.safeParse(json).data;
  const text = segment && decompress(segment.lines);
  if (segment === undefined || text === undefined || hash(text) !== segment.sha256) return undefined;
  const texts = new Map<string, string>();
  for (const line of text.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab > 0) texts.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return { texts, keys: segment.keys };
}

function decompress(lines: string): string | undefined {
  try {
    return zstdDecompressSync(Buffer.from(lines, 'base64')).toString('utf8');
  } catch {
    // No zstd any more: the segment is made anew.
    return undefined;
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
