import type { ReactNode } from 'react';
import { BackupLink } from '#app/backups/backup-link.tsx';
import { hidePlaces } from '#app/http/hide-places.ts';
import { Bytes } from '#app/ui/bytes.tsx';
import { describeBytes, describeCount, describeMany } from '#lib/report/describe-amounts.ts';
import { pruneOutcomeSchema } from '#lib/retention/prune-outcome.ts';
import { describePlace } from '#lib/run-view/describe-place.ts';
import { describePrune } from '#lib/run-view/describe-prune.ts';
import { describeReading } from '#lib/run-view/describe-reading.ts';
import { describeRecoveryTime } from '#lib/run-view/describe-recovery-time.ts';
import { describeWrittenSince } from '#lib/run-view/describe-rollback.ts';
import { describeSource } from '#lib/run-view/describe-source.ts';
import {
  backupOutcome,
  drillOutcome,
  recoverOutcome,
  restoreOutcome,
  transferOutcome,
  undoneOutcome,
} from '#lib/run-view/outcome-schemas.ts';
import type { RunView } from '#lib/run-view/read-run-view.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { verifyOutcomeSchema } from '#lib/verify/conclude-verify.ts';
import { RunLink } from './run-link.tsx';

type Fact = readonly [name: string, value: ReactNode];

/** What came of a run, as far as its kind keeps figures of it: in the words of the command line. */
export function outcomeFacts(result: RunResult, { cutover }: Pick<RunView, 'cutover'>): Fact[] {
  switch (result.run.kind) {
    case 'backup':
      return backupFacts(result);
    case 'restore':
      return [['lanes', restoreOutcome.safeParse(result.outcome).data?.lanesNote ?? null]];
    case 'transfer':
      return transferFacts(result, cutover);
    case 'drill':
      return drillFacts(result);
    case 'verify':
      return verifyFacts(result);
    case 'rollback':
    case 'discard':
      return undoneFacts(result, cutover);
    case 'prune':
      return pruneFacts(result);
    case 'recover':
      return recoverFacts(result);
    case 'sweep':
      return [];
  }
}

function backupFacts({ run, outcome }: RunResult): Fact[] {
  const parsed = backupOutcome.safeParse(outcome).data;
  if (parsed === undefined) return [];
  const { backup, totals, epochs, snapshotBranch, lanesNote } = parsed;
  return [
    ...(run.backup === null
      ? [['backup', <BackupLink key="b" connection={run.connection} id={backup} />] as const]
      : []),
    ['rows', describeCount(totals.rows)],
    ['bytes of rows', <Bytes key="bytes" value={totals.bytes} />],
    ['stored', <Bytes key="stored" value={totals.stored} />],
    ['of it new', <Bytes key="new" value={totals.newStored} />],
    ['snapshots', epochs > 1 ? `${epochs}: the earlier ones were lost and the rows read again` : null],
    ['snapshot', snapshotBranch && `Neon branch ${snapshotBranch}, deleted at the end`],
    ['lanes', lanesNote],
  ];
}

function transferFacts({ run, outcome, status }: RunResult, cutover: RunView['cutover']): Fact[] {
  const parsed = transferOutcome.safeParse(outcome).data;
  if (parsed === undefined) return [];
  const { backup, restore } = parsed;
  const took =
    backup?.totals && `${describeMany(backup.totals.rows, 'row')}, ${describeBytes(backup.totals.bytes)} of COPY text`;
  return [
    ['backup by', backup?.run ? <RunLink key="backup" id={backup.run} /> : null],
    ['backed up', took ?? null],
    ['restore by', restore?.run ? <RunLink key="restore" id={restore.run} /> : null],
    // A rollback has taken the fence down.
    ...(status === 'completed' && cutover?.state !== 'rolled-back'
      ? [describeSource(parsed, run.connection ?? '')]
      : []),
  ];
}

function drillFacts({ outcome }: RunResult): Fact[] {
  const parsed = drillOutcome.safeParse(outcome).data;
  if (parsed === undefined) return [];
  const { on, attempts, restore } = parsed;
  return [
    ['on', on],
    ['recovery', describeRecoveryTime(parsed)],
    ['attempts', attempts > 1 ? `${attempts}: the scratch server was lost` : null],
    ['restore by', restore.run && <RunLink key="restore" id={restore.run} />],
  ];
}

function recoverFacts({ outcome }: RunResult): Fact[] {
  const { schema = null, notCompared = null } = recoverOutcome.safeParse(outcome).data ?? {};
  return [
    ['recovered into', schema && `schema ${schema}`],
    ['comparison', notCompared && `has not come to its end: ${hidePlaces(notCompared.message)}`],
  ];
}

function verifyFacts({ outcome }: RunResult): Fact[] {
  const parsed = verifyOutcomeSchema.safeParse(outcome).data;
  if (parsed === undefined) return [];
  const { read, open } = describeReading(parsed);
  const { damaged, quarantined } = parsed;
  return [
    ['read', read],
    ['open', open],
    ['found', damaged === 0 ? 'nothing damaged' : `${describeMany(damaged, 'damaged object')}`],
    ['quarantined', quarantined.moved.length > 0 ? describeMany(quarantined.moved.length, 'object') : null],
  ];
}

function undoneFacts({ run, outcome }: RunResult, now: RunView['cutover']): Fact[] {
  const parsed = undoneOutcome.safeParse(outcome).data;
  if (parsed?.subject === undefined) return [];
  const { subject, cutover, walBytes, restore, sideSchema, givenUp } = parsed;
  const dropped = run.kind === 'discard' && cutover ? (cutover.putAside ?? cutover.staging) : null;
  return [
    ['of run', <RunLink key="subject" id={now?.knownAs ?? subject} />],
    ['written since', cutover === undefined ? null : describeWrittenSince(cutover, walBytes)],
    ['restored by', restore && <RunLink key="restore" id={restore} />],
    ['dropped', sideSchema === null ? dropped && describePlace(dropped) : `the side schema ${sideSchema}`],
    ['given up', givenUp && `the side schema ${givenUp}: it stays where its database is still there`],
  ];
}

function pruneFacts({ outcome }: RunResult): Fact[] {
  const parsed = pruneOutcomeSchema.safeParse(outcome).data;
  if (parsed === undefined) return [];
  return [
    ['removed', describeMany(parsed.removed, 'backup')],
    ['kept', describeMany(parsed.kept, 'backup')],
    ...describePrune(parsed).facts,
  ];
}
