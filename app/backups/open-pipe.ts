import { Writable } from 'node:stream';

/** A stream to write to and the body of an answer that is read from it, with nothing kept in between. */
export interface Pipe {
  stream: Writable;
  body: ReadableStream<Uint8Array>;
  /** Resolves when a first part was written, or the stream has ended or was destroyed. */
  begun: Promise<void>;
}

/**
 * Opens a pipe. A write is done when its part was taken by who reads the body. Where that one goes away the stream is
 * destroyed, and a write that waits fails: a PassThrough would leave it waiting for ever.
 */
export function openPipe(): Pipe {
  const begun = Promise.withResolvers<void>();
  let offered: { part: Uint8Array; taken: (error?: Error) => void } | undefined;
  let news = Promise.withResolvers<void>();
  let failure: Error | undefined;
  let ended = false;
  const tell = (): void => {
    begun.resolve();
    news.resolve();
  };
  const stream = new Writable({
    highWaterMark: 1,
    write(part: Uint8Array, _encoding, taken) {
      offered = { part, taken };
      tell();
    },
    // After the last write was taken.
    final(done) {
      ended = true;
      tell();
      done();
    },
    destroy(error, done) {
      failure = ended ? undefined : (error ?? new Error('The reader is gone.'));
      if (failure !== undefined) offered?.taken(failure);
      offered = undefined;
      tell();
      done(error);
    },
  });
  // The writes fail with it.
  stream.on('error', () => undefined);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (offered === undefined && failure === undefined && !ended) {
          await news.promise;
          news = Promise.withResolvers<void>();
        }
        if (failure !== undefined) controller.error(failure);
        else if (offered === undefined) controller.close();
        else {
          const { part, taken } = offered;
          offered = undefined;
          controller.enqueue(new Uint8Array(part));
          taken();
        }
      },
      cancel() {
        stream.destroy();
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, body, begun: begun.promise };
}
