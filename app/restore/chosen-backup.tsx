import Link from 'next/link';
import { BackupLink } from '#app/backups/backup-link.tsx';
import { StandingBadges } from '#app/backups/standing-badges.tsx';
import { placesFor } from '#app/http/places-for.ts';
import { buttonClass } from '#app/ui/button.tsx';
import { Bytes } from '#app/ui/bytes.tsx';
import { Card } from '#app/ui/card.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Identity } from '#lib/access/identity.ts';
import { readBackupSummary } from '#lib/backup-view/read-backup-summary.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import { describeCount } from '#lib/report/describe-amounts.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readStanding } from '#lib/standing/list-standings.ts';
import { toMarks } from '#lib/standing/standing-marks.ts';

/** The backup that was chosen, and the way to another one. */
export async function ChosenBackup({
  repository,
  backup,
  another,
  identity,
}: {
  repository: Repository;
  backup: BackupKey;
  another: string;
  identity: Identity;
}) {
  const [{ outline, problem }, standing] = await Promise.all([
    readBackupSummary(repository, backup),
    readStanding(repository, backup),
  ]);
  return (
    <Card
      title="Backup"
      aside={
        <Link href={another} className={buttonClass()}>
          Choose another
        </Link>
      }
    >
      <Facts
        facts={[
          ['of', backup.connection],
          ['backup', <BackupLink key="id" connection={backup.connection} id={backup.backupId} />],
          ['label', outline?.label ?? null],
          ['standing', standing ? <StandingBadges key="standing" marks={toMarks(standing)} problem={problem} /> : null],
          ['taken', outline && <Time key="taken" value={outline.startedAt} exact />],
          ['holds', outline && `${describeCount(outline.totals.rows)} rows in ${describeCount(outline.tables)} tables`],
          ['size', outline && <Bytes key="size" value={outline.totals.bytes} />],
          ['problem', problem === null ? null : placesFor(identity)(problem.message)],
        ]}
      />
    </Card>
  );
}
