import { pruneOutcomeSchema } from '#lib/retention/prune-outcome.ts';

/** One line of a process of the hammer. */
export type Finding =
  | { did: 'backup'; backup?: string; epochs?: number; failed?: string; message?: string }
  | { did: 'prune'; failed?: string; message?: string }
  | { did: 'look'; missing?: string };

/** What a hammer has counted. */
export interface Tally {
  /** Ids of the backups whose run ended well, in the order they were told. */
  committed: string[];
  /** Of them: read again, because a chunk that was counted on was swept. */
  repeated: number;
  /** Runs that ended badly, by their error's code. */
  failed: Map<string, number>;
  prunes: number;
  removed: number;
  swept: number;
  heldBack: number;
  kills: number;
  looks: number;
  backupsRead: number;
  objectsRead: number;
  /** Announcements and lists that are left at the end. */
  left: string[];
  wrong: string[];
}

/** Nothing counted yet. */
export function newTally(): Tally {
  return {
    ...{ committed: [], repeated: 0, failed: new Map(), prunes: 0, removed: 0, swept: 0, heldBack: 0, kills: 0 },
    ...{ looks: 0, backupsRead: 0, objectsRead: 0, left: [], wrong: [] },
  };
}

/** Counts one line. */
export function take(tally: Tally, finding: Finding): void {
  if (finding.did === 'look') {
    tally.looks++;
    if (finding.missing !== undefined) tally.wrong.push(`a committed backup misses ${finding.missing}`);
    return;
  }
  if (finding.failed !== undefined) {
    const what = `${finding.did}: ${finding.failed}`;
    tally.failed.set(what, (tally.failed.get(what) ?? 0) + 1);
    return;
  }
  if (finding.did === 'backup') {
    tally.committed.push(finding.backup ?? '');
    if ((finding.epochs ?? 1) > 1) tally.repeated++;
  }
}

/** Counts one prune of the repository's records: of the prune processes, and of those after each backup. */
export function countPrune(tally: Tally, outcome: unknown): void {
  const parsed = pruneOutcomeSchema.safeParse(outcome).data;
  if (parsed === undefined) return;
  tally.prunes++;
  tally.removed += parsed.removed;
  tally.swept += parsed.swept;
  if (parsed.heldBack !== null) tally.heldBack++;
}

/** The counts for people. */
export function describeTally(tally: Tally): string {
  const failed = [...tally.failed].map(([what, count]) => `${count} × ${what}`).join(', ');
  return [
    `  ${tally.committed.length} backups committed, ${tally.repeated} of them read again because a chunk was swept under them`,
    `  ${tally.prunes} prunes ended, ${tally.kills} processes of them killed: ${tally.removed} backups removed, ${tally.swept} chunks swept, ${tally.heldBack} held back`,
    `  runs that ended badly: ${failed || 'none'}`,
    `  ${tally.looks} looks at a committed backup meanwhile; at the end ${tally.backupsRead} backups read whole, ${tally.objectsRead} objects`,
    `  lists and announcements left: ${tally.left.length}`,
    `  wrong: ${tally.wrong.length}`,
  ].join('\n');
}
