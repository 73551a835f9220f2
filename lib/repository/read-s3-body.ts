import { Readable } from 'node:stream';

/** An answer whose body came to an end before, or after, its announced length. */
class TruncatedBodyError extends Error {
  override readonly name = 'TruncatedBodyError';
}

/**
 * Collects the body of a GetObject answer. With a known length it is read straight into one buffer of that size, and
 * any other number of bytes is a TruncatedBodyError.
 */
export async function readS3Body(body: unknown, length: number | undefined): Promise<Buffer> {
  if (!(body instanceof Readable)) throw new TruncatedBodyError('the answer has no body');
  if (length === undefined) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  for await (const chunk of body) {
    if (filled + chunk.length > length) throw new TruncatedBodyError(`the body is longer than its ${length} bytes`);
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled !== length) throw new TruncatedBodyError(`the body ended after ${filled} of ${length} bytes`);
  return bytes;
}
