import type { Metadata } from 'next';
import { BackupsTable } from '#app/backups/backups-table.tsx';
import { HistoryCharts } from '#app/backups/history-charts.tsx';
import { parseBackupQuery, queryText } from '#app/backups/parse-backup-filter.ts';
import { SearchForm } from '#app/backups/search-form.tsx';
import { toBackupFilter } from '#app/backups/to-backup-filter.ts';
import { showPage } from '#app/frame/show-page.tsx';
import { Card } from '#app/ui/card.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { PageLinks } from '#app/ui/page-links.tsx';
import { isInScope } from '#lib/access/identity.ts';
import { listBackupSummaries } from '#lib/backup-view/list-backup-summaries.ts';
import { readBackupHistory } from '#lib/backup-view/read-backup-history.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Backups' };

const pageSize = 50;
const chartSize = 60;

interface BackupsPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** The backups of the repository, and how those of one connection grew. */
export default function BackupsPage({ searchParams }: BackupsPageProps) {
  return showPage({ action: 'read', path: '/backups' }, async ({ identity }) => {
    const query = parseBackupQuery(await searchParams);
    const { config, repository } = await openWorkspace();
    const isVisible = (connection: string): boolean => isInScope(identity, [connection]);
    const list = await listBackupSummaries(repository, { ...toBackupFilter(query), limit: pageSize, isVisible });
    const { before, ...kept } = query;
    // Of which connection, where none is chosen: the one of the newest backup.
    const charted = query.connection ?? list.backups[0]?.connection;
    const history =
      charted === undefined || !isVisible(charted) || before !== undefined
        ? []
        : await readBackupHistory(repository, { connection: charted, limit: chartSize });
    const isNarrowed = Object.values(query).some((value) => value !== undefined);
    return (
      <>
        <PageHeader title="Backups">
          What can be restored, newest first. Green is what was restored and compared.
        </PageHeader>
        <SearchForm query={kept} connections={[...config.care.keys()].filter(isVisible).sort()} />
        {charted !== undefined && history.length > 1 && <HistoryCharts connection={charted} history={history} />}
        <Card title="Backups" flush>
          <BackupsTable backups={list.backups} isNarrowed={isNarrowed} />
        </Card>
        <PageLinks
          links={[
            before === undefined ? null : ['Newest', `/backups${queryText(kept)}`],
            list.next === null ? null : ['Older', `/backups${queryText({ ...kept, before: list.next })}`],
          ]}
        />
      </>
    );
  });
}
