import type { Cutover } from '#lib/cutover/cutover.ts';
import { describeBytes, describeTime } from '#lib/report/describe-amounts.ts';
import { describePlace } from './describe-place.ts';

/** What served before. */
export function describeFormer({ details, putAside, cutOverAt, target }: Cutover): string {
  if (details.strategy === 'in-place') return `the safety backup ${details.safetyBackup?.backupId}, restored in place`;
  const until = cutOverAt === null ? '' : ` until ${describeTime(cutOverAt)}`;
  return `${putAside === null ? 'nothing' : describePlace(putAside)}, which ${target} served${until}`;
}

/** Where what is live now goes, with everything that was written to it. */
export function describeLater({ details, target }: Cutover): string {
  const what = `what ${target} serves now, with everything written since`;
  switch (details.strategy) {
    case 'database-swap':
      return `${what}, as database ${details.rolledBack}`;
    case 'neon-branch':
      return `${what}, as branch ${details.rolledBackName}`;
    case 'in-place':
      return `${what}, as another safety backup`;
  }
}

/** How much was written since a cut-over that was taken back, and where it is; `null` where nobody knows. */
export function describeWrittenSince(
  { putAside, target }: Pick<Cutover, 'putAside' | 'target'>,
  walBytes: string | null,
): string | null {
  if (walBytes === null) return null;
  const where = putAside === null ? '' : `; what went into ${target} is in ${describePlace(putAside)}`;
  return `${describeBytes(walBytes.replace(/\..*$/, ''))} of WAL on the whole server since the cut-over${where}`;
}
