import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Check } from '#lib/report/check.ts';
import { refusalOf } from '#lib/report/refusal.ts';

/** Nobody is asked about what will be refused anyway. @throws RefusedError that the first failed check speaks in. */
export function requirePassed(checks: readonly Check[]): void {
  const refusal = refusalOf(checks);
  if (refusal) throw new RefusedError(refusal.error.message, { code: refusal.error.code, hint: refusal.error.hint });
}
