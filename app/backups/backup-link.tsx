import Link from 'next/link';
import { parseBackupId } from '#lib/repository/backup-id.ts';

/** A backup by its id; only its name where it is not known of which connection, or which one `latest` will be. */
export function BackupLink({ connection, id }: { connection: string | null; id: string }) {
  if (connection === null || parseBackupId(id) === undefined) return <code className="font-mono text-xs">{id}</code>;
  return (
    <Link href={`/backups/${connection}/${id}`} className="font-mono text-xs underline">
      {id}
    </Link>
  );
}
