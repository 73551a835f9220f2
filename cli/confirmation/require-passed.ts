import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Check } from '#lib/report/check.ts';
import { refusalOf } from '#lib/report/refusal.ts';
import { nameRun } from '#lib/run-view/name-run.ts';

/** Nobody is asked about what will be refused anyway. @throws RefusedError that the first failed check speaks in. */
export function requirePassed(checks: readonly Check[], runId: string): void {
  const refusal = refusalOf(checks);
  if (refusal === undefined) return;
  const { message, code, hint } = nameRun(refusal.error, runId);
  throw new RefusedError(message, { code, hint });
}
