import { describeDuration } from '#lib/report/describe-amounts.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { type GradedBackup, gradeBackup } from './grade-backup.ts';

/** From least to most: committed and not known as bad; every object read; restored and compared. */
export const gateRequirements = ['stored', 'verified', 'proven'] as const;
type GateRequirement = (typeof gateRequirements)[number];

/** What a pipeline asks for. `isOfCommit` says of a backup's id whether it was taken of the wanted commit. */
export interface GateQuestion {
  connection: string;
  standings: readonly Standing[];
  maxAgeMs: number;
  require: GateRequirement;
  now: Date;
  commit?: { sha: string; isOf: (backupId: string) => boolean };
}

/** The answer, with one line for people. `backup` is the one that counts, where there is one. */
export interface GateVerdict {
  open: boolean;
  line: string;
  backup: GradedBackup | null;
}

/**
 * Pure. Open where the newest good backup that has what is required is young enough. A newer one that is damaged, dated
 * ahead or not yet that far is passed over, and the line says so.
 */
export function judgeGate({ connection, standings, maxAgeMs, require, now, commit }: GateQuestion): GateVerdict {
  const graded = standings.map((standing) => gradeBackup(standing, now));
  const index = graded.findIndex((backup) => meets(backup, require) && (commit?.isOf(backup.id) ?? true));
  const passedOver = describePassedOver(index < 0 ? graded : graded.slice(0, index));
  const wanted = `${require} backup${commit ? ` of commit ${commit.sha}` : ''}`;
  const closed = (line: string): GateVerdict => ({
    open: false,
    line: `${line}${passedOver}`,
    backup: graded[index] ?? null,
  });
  if (graded.length === 0) return closed(`closed: ${connection} has no backup at all.`);
  const backup = graded[index];
  if (backup === undefined) return closed(`closed: ${connection} has no ${wanted}.`);
  const age = describeDuration(backup.ageMs);
  if (backup.ageMs > maxAgeMs) {
    const limit = describeDuration(maxAgeMs);
    return closed(
      `closed: the newest ${wanted} of ${connection}, ${backup.id}, is ${age} old; at most ${limit} is allowed.`,
    );
  }
  return { open: true, line: `open: ${backup.id} of ${connection} is ${require}, ${age} old.${passedOver}`, backup };
}

function meets({ isBad, isAhead, isVerified, isProven }: GradedBackup, require: GateRequirement): boolean {
  if (isBad || isAhead) return false;
  // Who restored and compared everything has read everything.
  return require === 'stored' || isProven || (require === 'verified' && isVerified);
}

function describePassedOver(newer: readonly GradedBackup[]): string {
  const bad = newer.filter(({ isBad }) => isBad).length;
  const ahead = newer.filter(({ isBad, isAhead }) => !isBad && isAhead).length;
  const others = newer.length - bad - ahead;
  const parts = [
    ...(bad > 0 ? [`${bad} found bad`] : []),
    ...(ahead > 0 ? [`${ahead} dated in the future`] : []),
    ...(others > 0 ? [`${others} not that far`] : []),
  ];
  return parts.length === 0 ? '' : ` Passed over: ${parts.join(', ')}.`;
}
