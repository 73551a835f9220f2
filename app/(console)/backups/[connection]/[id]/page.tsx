import type { Metadata } from 'next';
import { BackupActions } from '#app/backups/backup-actions.tsx';
import { backupFacts } from '#app/backups/backup-facts.tsx';
import { FormatsTable } from '#app/backups/formats-table.tsx';
import { KeyMissing } from '#app/backups/key-missing.tsx';
import { LooksTable } from '#app/backups/looks-table.tsx';
import { parseTablesQuery } from '#app/backups/parse-backup-filter.ts';
import { StandingBadges } from '#app/backups/standing-badges.tsx';
import { TablesCard } from '#app/backups/tables-card.tsx';
import { mayDrill } from '#app/drill/may-drill.ts';
import { showPage } from '#app/frame/show-page.tsx';
import { placesFor } from '#app/http/places-for.ts';
import { tellError } from '#app/http/tell-error.ts';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { may } from '#lib/access/may.ts';
import { summarizeTables } from '#lib/backup-view/plan-table-page.ts';
import { readBackupView } from '#lib/backup-view/read-backup-view.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

interface BackupPageProps {
  params: Promise<{ connection: string; id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ params }: BackupPageProps): Promise<Metadata> {
  const { connection, id } = await params;
  return { title: `Backup ${id} of ${connection}` };
}

/** One backup: what it is, what is in it, who looked at it, and what can be done with it. */
export default async function BackupPage({ params, searchParams }: BackupPageProps) {
  const { connection, id: backupId } = await params;
  const path = `/backups/${connection}/${backupId}`;
  return showPage({ action: 'read', connections: [connection], path }, async ({ identity }) => {
    const { config, repository } = await openWorkspace();
    const view = await readBackupView(repository, { connection, backupId });
    const { outline, problem, manifest, marks, checks, formats, unread } = view;
    const tell = placesFor(identity);
    const isExportable = may(identity.role, 'export') && manifest !== null && !marks.damaged;
    const address = `/api/v1/backups/${connection}/${backupId}`;
    return (
      <>
        <PageHeader title={`Backup of ${connection}`} status={<StandingBadges marks={marks} problem={problem} />}>
          <span className="font-mono text-xs">{backupId}</span>
        </PageHeader>
        {problem !== null && <ErrorPanel error={tellError(problem, tell)} />}
        {outline !== null && !outline.checked && <KeyMissing keyId={outline.keyId} />}
        <div className="grid items-start gap-4 lg:grid-cols-2">
          {outline !== null && (
            <Card title="Facts">
              <Facts facts={backupFacts(outline, view)} />
            </Card>
          )}
          {may(identity.role, 'verify') && (
            <Card title="What to do with it">
              <BackupActions {...{ view, identity }} drills={mayDrill(identity, config, { connection })} />
            </Card>
          )}
        </div>
        <Card title="Looks at it" flush>
          <LooksTable checks={checks} />
        </Card>
        {unread.length > 0 && (
          <Card title="Could not be read">
            <ul className="grid gap-1 text-sm break-words text-quiet">
              {unread.map(tell).map((message) => (
                <li key={message}>{message}</li>
              ))}
            </ul>
          </Card>
        )}
        {formats.length > 0 && (
          <Card title="Formats beside it" flush>
            <FormatsTable formats={formats} files={may(identity.role, 'export') ? `${address}/formats` : null} />
          </Card>
        )}
        {manifest !== null && manifest.leftOut.length > 0 && (
          <Card title="Left out" flush>
            <DataTable
              caption="What is not in the backup, and why"
              columns={[
                { name: 'Object', show: ({ object }) => object },
                { name: 'Why', show: ({ reason }) => reason },
              ]}
              rows={manifest.leftOut}
              keyOf={({ object, reason }) => `${object} ${reason}`}
            />
          </Card>
        )}
        {manifest !== null && (
          <TablesCard
            tables={summarizeTables(manifest)}
            query={parseTablesQuery(await searchParams)}
            path={path}
            exports={isExportable ? `${address}/export` : null}
          />
        )}
      </>
    );
  });
}
