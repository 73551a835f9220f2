import Link from 'next/link';
import { StandingBadges } from '#app/backups/standing-badges.tsx';
import { Button, buttonClass } from '#app/ui/button.tsx';
import { Bytes } from '#app/ui/bytes.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageLinks } from '#app/ui/page-links.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { Time } from '#app/ui/time.tsx';
import type { BackupSummary } from '#lib/backup-view/list-backup-summaries.ts';
import { describeCount } from '#lib/report/describe-amounts.ts';
import { refusalOfBackup } from './refusal-of-backup.ts';

interface BackupChoiceProps {
  backups: readonly BackupSummary[];
  connections: readonly string[];
  connection: string | undefined;
  /** The page with a backup chosen. */
  addressOf: (backup: BackupSummary) => string;
  /** Says what went wrong as who looks may know it. */
  tell: (text: string) => string;
  /** Newest and older pages of the list. */
  newest: string | null;
  older: string | null;
}

/** The first step: the backups there are, how each stands, and why one cannot be taken. */
export function BackupChoice(props: BackupChoiceProps) {
  const { backups, connections, connection, addressOf, tell, newest, older } = props;
  return (
    <>
      <form method="get" className="flex flex-wrap items-end gap-3" aria-label="Narrow the list">
        <SelectField
          {...{ label: 'Connection', name: 'connection', any: 'every connection' }}
          options={connections}
          chosen={connection}
        />
        <Button type="submit">Show</Button>
      </form>
      <Card title="Choose a backup" flush>
        <DataTable
          caption="Backups to choose from, newest first"
          columns={[
            { name: 'Backup', show: (backup) => <BackupName backup={backup} /> },
            { name: 'Standing', show: ({ marks, problem }) => <StandingBadges marks={marks} problem={problem} /> },
            { name: 'Taken', show: ({ outline }) => outline && <Time value={outline.startedAt} /> },
            { name: 'Rows', align: 'right', show: ({ outline }) => outline && describeCount(outline.totals.rows) },
            { name: 'Size', align: 'right', show: ({ outline }) => outline && <Bytes value={outline.totals.bytes} /> },
            { name: 'Choice', show: (backup) => <Choice backup={backup} href={addressOf(backup)} tell={tell} /> },
          ]}
          rows={backups}
          keyOf={({ connection: of, backupId }) => `${of}/${backupId}`}
          empty={
            <EmptyState title="No backup here">
              Take one first: on the overview, by <code className="font-mono text-xs">holdfast backup</code>, or by a
              schedule.
            </EmptyState>
          }
        />
      </Card>
      <PageLinks links={[newest === null ? null : ['Newest', newest], older === null ? null : ['Older', older]]} />
    </>
  );
}

function BackupName({ backup: { connection, backupId, outline } }: { backup: BackupSummary }) {
  return (
    <>
      {connection}
      {outline?.label && <span className="font-normal"> · {outline.label}</span>}
      <span className="block font-mono text-xs font-normal text-quiet">{backupId}</span>
    </>
  );
}

function Choice({ backup, href, tell }: { backup: BackupSummary; href: string } & Pick<BackupChoiceProps, 'tell'>) {
  const refusal = refusalOfBackup(backup);
  if (refusal !== null) return <span className="text-failed">{tell(refusal)}</span>;
  return (
    <Link href={href} className={buttonClass()} aria-label={`Choose ${backup.backupId} of ${backup.connection}`}>
      Choose
    </Link>
  );
}
