import type { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** What a refusal of Neon's API tells. */
export interface NeonRefusal {
  status: number;
  /** Neon's own words, `GeneralError.message`; empty where the answer is not Neon's. */
  message: string;
  /** Of a `Retry-After` header. */
  retryAfterMs: number | undefined;
}

/**
 * The error that a refusal becomes; `what` says what was asked for ("create branch x of project y"). Locked, throttled
 * and broken servers are worth another attempt (Neon API reference, "General Error"), the rest is a person's to correct.
 */
export function classifyNeonAnswer(what: string, refusal: NeonRefusal): HoldfastError {
  const { status, retryAfterMs } = refusal;
  const words = refusal.message === '' ? '' : `: ${refusal.message}`;
  const message = `Neon’s API answered ${status} to “${what}”${words}`;
  if (status === 423) {
    const hint = 'Another operation of the project is under way; the run goes on once it has finished.';
    return new UnavailableError(message, { code: 'neon_locked', hint, retryAfterMs });
  }
  if (status === 429) {
    const hint = 'Too many requests for one key; the run goes on after the time that Neon asks for.';
    return new UnavailableError(message, { code: 'neon_throttled', hint, retryAfterMs });
  }
  if (status >= 500 || status === 408) {
    const hint = 'See https://neonstatus.com; the run goes on once the API answers.';
    return new UnavailableError(message, { code: 'neon_unavailable', hint, retryAfterMs });
  }
  return new RefusedError(message, refusedOptions(status));
}

function refusedOptions(status: number): { code: string; hint: string } {
  if (status === 401) {
    const hint =
      'NEON_API_KEY is not a valid key (any more): make one in the Neon Console, Account settings, API keys.';
    return { code: 'neon_key_refused', hint };
  }
  if (status === 403) {
    const hint = 'The key may not do this: use a personal key of a project member, or an organisation or project key.';
    return { code: 'neon_no_right', hint };
  }
  if (status === 404) {
    const hint =
      'Check the project id (NEON_PROJECT_ID or neon.project in holdfast.config.ts), and that the key sees it.';
    return { code: 'neon_not_found', hint };
  }
  return {
    code: 'neon_refused',
    hint: 'Correct what Neon names, or choose another strategy (docs/neon.md has the limits).',
  };
}

/** Milliseconds of a `Retry-After` header: seconds, or an HTTP date (RFC 9110, section 10.2.3). */
export function parseRetryAfter(header: unknown, now: Date): number | undefined {
  if (typeof header !== 'string' && typeof header !== 'number') return undefined;
  const text = String(header).trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
