import { NonRetriableError, RetryAfterError } from 'inngest';
import { exitCodes, HoldfastError } from '#lib/errors/holdfast-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { type RecordedError, recordedErrorSchema } from '#lib/runs/run-record.ts';

const carrier = 'HoldfastCause';

const longestDelayMs = 60_000;
/** Beyond this a server's own wish is not a wait any more but an outage. */
const longestAskedDelayMs = 15 * 60_000;
/** The first wait of a step that has no config to read it from. */
const defaultDelayMs = 1_000;

/** An error as a run's record carries it: code, hint and exit code, without stack. */
export function recordError(cause: unknown): RecordedError {
  const carried = findCarried(cause) ?? findRecorded(cause);
  if (carried) return carried;
  if (cause instanceof HoldfastError) {
    const { name, code, message, hint, exitCode } = cause;
    return { name, code, message, hint, exitCode };
  }
  return {
    name: cause instanceof Error ? cause.name : 'Error',
    code: 'unexpected',
    message: cause instanceof Error ? cause.message : String(cause),
    hint: 'This is a fault of Holdfast, not of your data; the run’s record has every step.',
    exitCode: exitCodes.unexpected,
  };
}

/**
 * The error a step throws to Inngest. Across a step only name, message and cause survive, so what else matters travels
 * as JSON in the message of the cause.
 */
export function carryError(
  cause: unknown,
  { attempt, firstDelayMs = defaultDelayMs }: { attempt: number; firstDelayMs?: number },
): Error {
  const recorded = recordError(cause);
  const inner = new Error(JSON.stringify(recorded));
  inner.name = carrier;
  if (cause instanceof HoldfastError && cause.retryable) {
    const asked = cause instanceof UnavailableError ? Math.min(cause.retryAfterMs ?? 0, longestAskedDelayMs) : 0;
    const delay = Math.max(Math.min(firstDelayMs * 3 ** attempt, longestDelayMs), asked);
    return new RetryAfterError(recorded.message, delay, { cause: inner });
  }
  if (cause instanceof HoldfastError) return new NonRetriableError(recorded.message, { cause: inner });
  const error = new Error(recorded.message, { cause: inner });
  error.name = recorded.name;
  return error;
}

function findRecorded(cause: unknown): RecordedError | undefined {
  if (!(cause instanceof Error)) return undefined;
  const recorded = recordedErrorSchema.safeParse(Reflect.get(cause, 'recorded'));
  return recorded.success ? recorded.data : undefined;
}

function findCarried(cause: unknown): RecordedError | undefined {
  for (let error = cause, depth = 0; typeof error === 'object' && error !== null && depth < 6; depth++) {
    if (Reflect.get(error, 'name') === carrier) return parseCarried(Reflect.get(error, 'message'));
    error = Reflect.get(error, 'cause');
  }
  return undefined;
}

function parseCarried(message: unknown): RecordedError | undefined {
  try {
    return recordedErrorSchema.parse(JSON.parse(String(message)));
  } catch {
    // Another program's error that happens to have our name: it is recorded as any other.
    return undefined;
  }
}
