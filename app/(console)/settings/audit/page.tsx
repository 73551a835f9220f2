import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import type { Metadata } from 'next';
import { queryText } from '#app/backups/parse-backup-filter.ts';
import { RunLink } from '#app/runs/run-link.tsx';
import { showSettings } from '#app/settings/settings-page.tsx';
import { Badge } from '#app/ui/badge.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageLinks } from '#app/ui/page-links.tsx';
import { Time } from '#app/ui/time.tsx';
import { UnreadablePanel } from '#app/ui/unreadable-panel.tsx';
import type { AuditEntry } from '#lib/audit/audit-entry.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Audit log' };

const pageSize = 50;

interface AuditPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** Who did or tried what, from where and when. */
export default function AuditPage({ searchParams }: AuditPageProps) {
  return showSettings('/settings/audit', {
    about: 'Everything that changes something, with who did it and what came of it. Entries are only ever added.',
    render: async () => {
      const { before: asked } = await searchParams;
      const before = typeof asked === 'string' ? asked : undefined;
      const { repository } = await openWorkspace();
      const { entries, unreadable, next } = await listAudit(repository, { limit: pageSize, before });
      return (
        <>
          <UnreadablePanel unreadable={unreadable} what="entry" />
          <Card title="Entries" flush>
            <DataTable
              caption="Entries of the audit log, newest first"
              columns={[
                { name: 'What', show: ({ what }) => <span className="break-words">{what}</span> },
                { name: 'Outcome', show: ({ outcome }) => <Outcome outcome={outcome} /> },
                { name: 'When', show: ({ at }) => <Time value={at} /> },
                { name: 'Who', show: ({ who, role }) => `${who.name} (${role ?? who.kind})` },
                { name: 'From', show: ({ from }) => from },
                { name: 'Object', show: ({ object }) => object && <span className="break-all">{object}</span> },
                { name: 'More', show: (entry) => <More entry={entry} /> },
              ]}
              rows={entries}
              keyOf={({ id }) => id}
              empty={<EmptyState title="Nothing was done yet" />}
            />
          </Card>
          <PageLinks
            links={[
              before === undefined ? null : ['Newest', '/settings/audit'],
              next === null ? null : ['Older', `/settings/audit${queryText({ before: next })}`],
            ]}
          />
        </>
      );
    },
  });
}

const looks = {
  accepted: { tone: 'neutral', icon: CircleCheck },
  failed: { tone: 'failed', icon: CircleX },
  refused: { tone: 'caution', icon: TriangleAlert },
} as const;

function Outcome({ outcome }: Pick<AuditEntry, 'outcome'>) {
  return <Badge {...looks[outcome]}>{outcome}</Badge>;
}

function More({ entry: { run, detail } }: { entry: AuditEntry }) {
  const facts = Object.entries(detail).filter(([, value]) => value !== null);
  return (
    <>
      {run !== null && <RunLink id={run} />}
      {facts.length > 0 && (
        <span className="block text-xs break-words text-quiet">
          {facts.map(([name, value]) => `${name}: ${value}`).join(', ')}
        </span>
      )}
    </>
  );
}
