import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { RecordedError } from '#lib/runs/run-record.ts';
import type { Check } from './check.ts';

/** How a run ends that its preflight refused; `undefined` where every check passed. The first failed check speaks. */
export function refusalOf(checks: readonly Check[]) {
  const failed = checks.find(({ passed }) => !passed);
  if (!failed) return undefined;
  const error: RecordedError = {
    name: 'RefusedError',
    code: `preflight_${failed.name.replaceAll(/[^a-z0-9]+/g, '_')}`,
    message: `${failed.object}: ${failed.detail}`,
    hint: failed.hint,
    exitCode: exitCodes.refused,
  };
  return { status: 'refused', exitCode: exitCodes.refused, message: `Refused: ${error.message}.`, error } as const;
}
