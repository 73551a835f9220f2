import Link from 'next/link';
import type { ReactNode } from 'react';
import { Bytes } from '#app/ui/bytes.tsx';
import { describeCount } from '#lib/report/describe-amounts.ts';
import { backupOutcome, transferOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { RunResult } from '#lib/runs/run-record.ts';

type Fact = readonly [name: string, value: ReactNode];

/** What came of a run, as far as its kind keeps figures of it. */
export function outcomeFacts({ run, outcome }: RunResult): Fact[] {
  if (run.kind === 'backup') {
    const parsed = backupOutcome.safeParse(outcome).data;
    if (parsed === undefined) return [];
    const { backup, totals, epochs } = parsed;
    return [
      [
        'backup',
        <code key="backup" className="font-mono text-xs">
          {backup}
        </code>,
      ],
      ['rows', describeCount(totals.rows)],
      ['bytes of rows', <Bytes key="bytes" value={totals.bytes} />],
      ['stored', <Bytes key="stored" value={totals.stored} />],
      ['of it new', <Bytes key="new" value={totals.newStored} />],
      ['snapshots', epochs > 1 ? `${epochs}: the earlier ones were lost and the rows read again` : null],
    ];
  }
  if (run.kind === 'transfer') {
    const { backup, restore } = transferOutcome.safeParse(outcome).data ?? {};
    return [
      ['backup by', backup?.run ? <RunLink key="backup" id={backup.run} /> : null],
      ['restore by', restore?.run ? <RunLink key="restore" id={restore.run} /> : null],
    ];
  }
  return [];
}

/** A run by its id. */
export function RunLink({ id }: { id: string }) {
  return (
    <Link href={`/runs/${id}`} className="font-mono text-xs underline">
      {id}
    </Link>
  );
}
