import type { Care } from '#lib/config/config.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import { findLastGood, gradeBackup, isAheadOf } from './grade-backup.ts';
import { listLooks } from './last-check.ts';

/** What is known of a connection's backups. `standings` are newest first, as `listStandings` gives them. */
export interface PromiseFacts {
  care: Care;
  standings: readonly Standing[];
  /** What the last drill that measured one took, in milliseconds. */
  recoveryMs: number | null;
  now: Date;
}

/**
 * `kept` is green: the newest good backup is young enough, the last proof passed and is young enough, and the measured
 * recovery was quick enough. That a backup ran is not enough. `none`: nothing is promised.
 */
export interface Verdict {
  state: 'kept' | 'broken' | 'none';
  /** Why it is broken, in plain words; empty where it is not. */
  reasons: string[];
  /** What a person should know that breaks nothing by itself. */
  notes: string[];
}

/** Pure. Holds what is known of a connection against what is promised of it. */
export function judgePromise(facts: PromiseFacts): Verdict {
  const { care, standings, now } = facts;
  const [newest] = standings.slice(0, 1).map((standing) => gradeBackup(standing, now));
  const notes = [
    ...standings
      .filter((standing) => isAheadOf(now, standing))
      .map((standing) => gradeBackup(standing, now))
      .map(({ id, at }) => `Backup ${id} is dated ${at}, in the future: it does not count. A clock is wrong.`),
    ...standings.flatMap(({ backupId, ahead }) =>
      ahead.map(({ kind, run }) => {
        return `The ${kind} of backup ${backupId} by run ${run} is dated in the future: it does not count. A clock is wrong.`;
      }),
    ),
  ];
  if (newest?.isBad) notes.push(`The newest backup, ${newest.id}, was found bad: the newest good one counts.`);
  if (care.rpoMs === null && care.rtoMs === null) return { state: 'none', reasons: [], notes };
  const good = findLastGood(standings, now);
  const { broken, missing } = judgeProofs(facts);
  const reasons = [...judgeAge(good, care.rpoMs), ...broken, ...missing];
  return { state: reasons.length === 0 ? 'kept' : 'broken', reasons, notes };
}

/** What the proofs say of the promise: what is known and breaks it, and what was never found out. */
export interface ProofVerdict {
  broken: string[];
  missing: string[];
}

/** Pure. Holds the last proof and the last measured recovery against what is promised of them, whatever the age. */
export function judgeProofs(facts: PromiseFacts): ProofVerdict {
  const [proof, recovery] = [judgeProof(facts), judgeRecovery(facts)];
  return { broken: [...proof.broken, ...recovery.broken], missing: [...proof.missing, ...recovery.missing] };
}

const kept: ProofVerdict = { broken: [], missing: [] };
const broken = (reason: string): ProofVerdict => ({ broken: [reason], missing: [] });
const missing = (reason: string): ProofVerdict => ({ broken: [], missing: [reason] });

function judgeAge(good: { id: string; ageMs: number } | undefined, rpoMs: number | null): string[] {
  if (good === undefined) return ['There is no good backup.'];
  if (rpoMs === null || good.ageMs <= rpoMs) return [];
  const [age, promised] = [describeDuration(good.ageMs), describeDuration(rpoMs)];
  return [`The newest good backup, ${good.id}, is ${age} old; ${promised} is promised (rpo).`];
}

function judgeProof({ care, standings, now }: PromiseFacts): ProofVerdict {
  const [last] = listLooks(standings, { kind: 'proof', now });
  if (last === undefined) return missing('No backup has been proven yet.');
  const { backupId } = last.standing;
  if (!last.check.passed) return broken(`The last proof, of backup ${backupId} by run ${last.check.run}, failed.`);
  const ageMs = now.getTime() - last.check.at.getTime();
  if (ageMs <= care.proveWithinMs) return kept;
  const [age, wanted] = [describeDuration(ageMs), describeDuration(care.proveWithinMs)];
  return broken(
    `The last proof, of backup ${backupId}, is ${age} old; there should be one every ${wanted} (proveWithin).`,
  );
}

function judgeRecovery({ care, recoveryMs }: PromiseFacts): ProofVerdict {
  if (care.rtoMs === null) return kept;
  const promised = describeDuration(care.rtoMs);
  if (recoveryMs === null)
    return missing(`How long a recovery takes was never measured; ${promised} is promised (rto).`);
  if (recoveryMs <= care.rtoMs) return kept;
  return broken(`The last measured recovery took ${describeDuration(recoveryMs)}; ${promised} is promised (rto).`);
}
