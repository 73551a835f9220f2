import type { Writable } from 'node:stream';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { openPipe } from './open-pipe.ts';

interface DownloadOptions {
  /** The name that the client saves it under: plain characters only. */
  file: string;
  type: string;
  /** Where it is known before. */
  size?: number;
  /** Ends with the request. */
  signal: AbortSignal;
}

/**
 * Answers with what `write` writes, as it is written: where the client reads slowly, `write` waits, and where it goes
 * away, its stream fails and the signal it was given is aborted. What fails before the first byte is thrown; what fails
 * later breaks the answer off, so that no client takes a half for the whole.
 */
export async function download(
  { file, type, size, signal }: DownloadOptions,
  write: (stream: Writable, stop: AbortSignal) => Promise<void>,
): Promise<Response> {
  const { stream, body, begun } = openPipe();
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  if (signal.aborted) stream.destroy();
  const written = write(stream, gone.signal).then(() => void stream.end());
  // A stream that is destroyed has begun too: then it is the writer who says why.
  await Promise.race([written, begun]);
  written.catch((cause: unknown) => {
    if (!stream.destroyed) console.error(`holdfast: ${file} was broken off: ${describe(cause)}`);
    stream.destroy(cause instanceof Error ? cause : new Error(String(cause)));
  });
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${file}"`,
      'cache-control': 'no-store',
      ...(size === undefined ? {} : { 'content-length': String(size) }),
    },
  });
}

function describe(cause: unknown): string {
  return cause instanceof HoldfastError ? `${cause.code}: ${cause.message}` : String(cause);
}
