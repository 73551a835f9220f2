import { setTimeout as sleep } from 'node:timers/promises';
import type { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { classifyNeonAnswer, parseRetryAfter } from './classify-neon-answer.ts';
import type { NeonApi } from './neon-api.ts';

interface Answer<T> {
  status: number;
  data: T;
  headers: unknown;
}

export interface NeonCall<T> {
  /** For messages: what is asked for, e.g. `create branch x of project y`. */
  what: string;
  /**
   * The request may be sent again although nobody knows what became of it: reading, and deleting by id. Anything else is
   * sent again only where Neon says that it was not carried out (423, 429, 503).
   */
  repeatable: boolean;
  send: (client: NeonApi['client']) => Promise<Answer<T>>;
}

const mostAttempts = 5;
/** Between two attempts for which Neon has named no time. */
const longestPauseMs = 2_000;
/** A longer wait is left to the step, which costs nothing while it sleeps. */
const longestWaitMs = 10_000;
/** How long to wait for another operation of the project to end: most take seconds. */
const lockPatienceMs = 20_000;

/**
 * Sends one request and answers its data. What another attempt can cure is tried a few times here; what is left is
 * thrown with the wait that Neon asked for. No error carries the request, whose header is the key.
 * @throws UnavailableError, RefusedError.
 */
export async function callNeon<T>(api: NeonApi, call: NeonCall<T>): Promise<T> {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptCall(api, call);
    if ('data' in outcome) return outcome.data;
    const { error, again } = outcome;
    const asked = error instanceof UnavailableError ? error.retryAfterMs : undefined;
    const wait = asked ?? Math.min(api.firstDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random()), longestPauseMs);
    const patient = error.code === 'neon_locked' && performance.now() - startedAt < lockPatienceMs;
    if (!again || wait > longestWaitMs || (attempt >= mostAttempts && !patient)) throw error;
    await sleep(wait);
  }
}

async function attemptCall<T>(
  api: NeonApi,
  { what, repeatable, send }: NeonCall<T>,
): Promise<{ data: T } | { error: HoldfastError; again: boolean }> {
  let answer: Answer<T>;
  try {
    answer = await send(api.client);
  } catch (cause) {
    return { error: unreachable(api, { what, cause }), again: repeatable };
  }
  const { status, data } = answer;
  if (status >= 200 && status < 300) {
    // 204 has no body; anything else that is no object comes from something that stands between.
    if (status === 204 || (typeof data === 'object' && data !== null)) return { data };
    return { error: notNeon(what), again: repeatable };
  }
  const retryAfterMs = parseRetryAfter(readField(answer.headers, 'retry-after'), new Date());
  const message = api.hideKey(String(readField(data, 'message') ?? ''));
  const error = classifyNeonAnswer(what, { status, message, retryAfterMs });
  return { error, again: error.retryable && (repeatable || status === 423 || status === 429 || status === 503) };
}

function unreachable(api: NeonApi, { what, cause }: { what: string; cause: unknown }): UnavailableError {
  // The HTTP client's own error holds the request, and with it the key: only its words are taken over.
  const words = api.hideKey(cause instanceof Error ? cause.message : String(cause));
  return new UnavailableError(`Neon’s API did not answer to “${what}”: ${words}`, {
    code: 'neon_unreachable',
    hint: 'Check the network and NEON_API_URL; the run looks at what became of the request and goes on.',
    cause: new Error(words),
  });
}

function notNeon(what: string): UnavailableError {
  return new UnavailableError(`The answer to “${what}” is not one of Neon’s API.`, {
    code: 'neon_unreachable',
    hint: 'Check NEON_API_URL and what stands between: a proxy may have answered.',
  });
}

function readField(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}
