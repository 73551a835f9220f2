import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';

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
 * away, `stop` is told. What fails before the first byte is thrown; what fails later breaks the answer off, so that no
 * client takes a half for the whole.
 */
export async function download(
  { file, type, size, signal }: DownloadOptions,
  write: (stream: PassThrough, stop: AbortSignal) => Promise<void>,
): Promise<Response> {
  const stream = new PassThrough();
  const gone = new AbortController();
  const stop = AbortSignal.any([signal, gone.signal]);
  stream.once('close', () => gone.abort());
  stop.addEventListener('abort', () => stream.destroy(), { once: true });
  stream.on('error', () => undefined);
  const written = write(stream, stop).then(() => void stream.end());
  await Promise.race([written, once(stream, 'readable')]);
  written.catch((cause: unknown) => {
    if (!stop.aborted) console.error(`holdfast: ${file} was broken off: ${describe(cause)}`);
    stream.destroy(cause instanceof Error ? cause : new Error(String(cause)));
  });
  return new Response(toBody(stream), {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${file}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(size === undefined ? {} : { 'content-length': String(size) }),
    },
  });
}

function describe(cause: unknown): string {
  return cause instanceof HoldfastError ? `${cause.code}: ${cause.message}` : String(cause);
}

/** Pulled, not pushed: no more of it is in memory than the stream holds. */
function toBody(stream: Readable): ReadableStream<Uint8Array> {
  const parts = stream[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        stream.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
