import { createHash } from 'node:crypto';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunPulse } from '#lib/run-view/read-pulse.ts';
import { watchPulse } from './watch-pulse.ts';

/** Proxies close what is silent for half a minute. */
export const heartbeatMs = 15_000;
/** Below the route's `maxDuration`; who comes back is asked for its right again. */
const lifetimeMs = 240_000;
/** How long a browser waits before it comes back. */
const retryMs = 2_000;

interface PulseStream {
  repository: Repository;
  runId: string;
  /** Tells identities apart. */
  who: string;
  /** Throws a RefusedError or UsageError where who watches may not see the run any more. */
  requireStill: () => Promise<void>;
}

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) of a run, until it has ended. An
 * event's id is the digest of its content: who comes back with the latest one is not told it again. With each heartbeat
 * the right is asked for again, and where it is gone the stream ends. @throws UnavailableError (`too_many_streams`).
 */
export function streamPulse(request: Request, { repository, runId, who, requireStill }: PulseStream): Response {
  const encoder = new TextEncoder();
  const known = request.headers.get('last-event-id');
  const ending = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string): void => {
        if (!ending.signal.aborted) controller.enqueue(encoder.encode(text));
      };
      const listener = (pulse: RunPulse): void => {
        const id = digestOf(pulse);
        // The end is told again in any case: by it the reader knows not to come back.
        if (id !== known || pulse.ended) write(`id: ${id}\nevent: pulse\ndata: ${JSON.stringify(pulse)}\n\n`);
        if (pulse.ended) close();
      };
      const close = (): void => {
        if (ending.signal.aborted) return;
        ending.abort();
        controller.close();
      };
      write(`retry: ${retryMs}\n\n`);
      const stop = watchPulse(repository, { runId, listener, who });
      const beat = setInterval(() => {
        requireStill()
          .catch((cause: unknown) => {
            // What cannot be asked now is asked with the next one.
            if (cause instanceof RefusedError || cause instanceof UsageError) close();
          })
          .finally(() => write(': still here\n\n'));
      }, heartbeatMs);
      const end = setTimeout(close, lifetimeMs);
      const tidy = (): void => {
        clearInterval(beat);
        clearTimeout(end);
        stop();
      };
      if (ending.signal.aborted) tidy();
      ending.signal.addEventListener('abort', tidy);
      request.signal.addEventListener('abort', close);
    },
    cancel: () => ending.abort(),
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx keeps what it is given until it has enough of it, unless told not to.
      'x-accel-buffering': 'no',
    },
  });
}

function digestOf({ progress, ...rest }: RunPulse): string {
  const still = JSON.stringify([rest, progress && { ...progress, at: 0 }]);
  return createHash('sha256').update(still).digest('hex').slice(0, 16);
}
