import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';

/** The slowest a body may come and still be worth waiting for. */
const leastBytesPerMs = 64;

/** Named as the SDK names what it tries again. */
class SlowAnswerError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Sets a limit to the time that the body of an answer takes as a whole: `baseMs`, and what its length takes at 64 KB/s.
 * The SDK bounds the time to an answer's head and the silence between two bytes; a body that trickles it lets pass.
 */
export function boundAnswers(client: S3Client, baseMs: number): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (typeof response === 'object' && response !== null && 'body' in response && 'headers' in response) {
        if (response.body instanceof Readable)
          bound(response.body, baseMs + readLength(response.headers) / leastBytesPerMs);
      }
      return result;
    },
    // Next to the request itself, before anything has read of the answer.
    { step: 'deserialize', name: 'boundAnswers', priority: 'low' },
  );
}

function bound(body: Readable, limit: number): void {
  const timer = setTimeout(() => {
    if (!body.readableEnded)
      body.destroy(new SlowAnswerError(`the answer did not come within ${Math.round(limit)} ms`));
  }, limit);
  timer.unref();
  // Whoever reads the body is told of an error too; this listener only ends the wait.
  for (const event of ['end', 'close', 'error']) body.once(event, () => clearTimeout(timer));
}

/** The announced length of an answer; 0 where it announces none. */
function readLength(headers: unknown): number {
  if (typeof headers !== 'object' || headers === null || !('content-length' in headers)) return 0;
  return Number(headers['content-length']) || 0;
}
