import { BackupLink } from '#app/backups/backup-link.tsx';
import { RunLink } from '#app/runs/run-link.tsx';
import { Bytes } from '#app/ui/bytes.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { Time } from '#app/ui/time.tsx';
import { describeCount, describeTime } from '#lib/report/describe-amounts.ts';
import { digestProofDocument, type ProofDocument } from '#lib/run-view/proof-document.ts';

/** What a proof is about, and the digest of its document. */
export function DocumentFacts({ document }: { document: ProofDocument }) {
  const { run, backup, proof } = document;
  return (
    <Facts
      facts={[
        ['compared', proof.level === 'content' ? 'every row, by the digest of its table' : 'numbers of rows only'],
        ['proven by run', <RunLink key="run" id={run.id} />],
        ['ended', run.completedAt && <Time key="ended" value={run.completedAt} exact />],
        ['target', run.target],
        ['backup', backup && <BackupLink key="backup" connection={backup.connection} id={backup.id} />],
        ['snapshot taken', backup && describeTime(backup.snapshotTakenAt)],
        [
          'source',
          backup && `${backup.connection}: database ${backup.source.database}, PostgreSQL ${backup.source.version}`,
        ],
        ['rows', backup && describeCount(backup.rows)],
        ['bytes', backup && <Bytes key="bytes" value={backup.bytes} />],
        ['git', backup?.gitSha ?? null],
        ['made by', backup && `Holdfast ${backup.holdfast}`],
        [
          'SHA-256 of the JSON',
          <span key="digest" className="font-mono text-xs break-all">
            {digestProofDocument(document)}
          </span>,
        ],
      ]}
    />
  );
}
