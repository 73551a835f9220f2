import { describeDuration } from '#lib/report/describe-amounts.ts';

/** How long a drill took to recover, against what is promised; `null` where it did not get that far. Pure. */
export function describeRecoveryTime({
  recoveryMs,
  rtoMs,
}: {
  recoveryMs: number | null;
  rtoMs: number | null;
}): string | null {
  if (recoveryMs === null) return null;
  const promised = rtoMs === null ? '' : `, ${describeDuration(rtoMs)} is promised (rto)`;
  return `${describeDuration(recoveryMs)}${promised}`;
}
