import { Archive, Trash2 } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { StartAction } from '#app/runs/start-action.tsx';
import { describeRules } from '#app/settings/describe-rules.ts';
import { planRetentionView, type RetentionView } from '#app/settings/plan-retention-view.ts';
import { showSettings } from '#app/settings/settings-page.tsx';
import { SweepPreview } from '#app/settings/sweep-preview.tsx';
import { Badge } from '#app/ui/badge.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { isInScope } from '#lib/access/identity.ts';
import { may } from '#lib/access/may.ts';
import { describeMany } from '#lib/report/describe-amounts.ts';
import { planPrune } from '#lib/retention/plan-prune.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Retention' };

const shown = 50;

/** What a prune would do now: which backup stays by which rule, and which goes. Looking changes nothing. */
export default function RetentionPage() {
  return showSettings('/settings/retention', {
    about: 'What a prune would do now. Looking at it changes nothing.',
    render: async ({ identity }) => {
      const workspace = await openWorkspace();
      const plan = (await planPrune(workspace, { now: new Date(), byIndex: true })).filter(({ connection }) =>
        isInScope(identity, [connection]),
      );
      const views = planRetentionView(plan, { shown });
      const going = views.reduce((sum, { go }) => sum + go, 0);
      return (
        <>
          {may(identity.role, 'prune') && identity.scope === null && (
            <Card title="Prune">
              <div className="grid gap-4">
                <p className="text-sm">
                  {describeMany(going, 'backup')} would go, {plan.length - going} would stay; then chunks that no backup
                  names are swept once their grace time is over.
                </p>
                <SweepPreview />
                <div>
                  <StartAction
                    {...{ address: '/api/v1/prune', body: { confirm: 'prune' }, trigger: 'Prune now…' }}
                    {...{ confirm: 'Prune', tone: 'danger', typed: 'prune', done: 'The prune has begun' }}
                    title={`Remove ${describeMany(going, 'backup')}?`}
                  >
                    What goes is gone: it cannot be taken back. The newest backup of a connection stays, and the newest
                    proven one, what is pinned, labelled, or in use by a run.
                  </StartAction>
                </div>
              </div>
            </Card>
          )}
          {views.length === 0 && (
            <Card title="Backups" flush>
              <EmptyState title="No backups yet" />
            </Card>
          )}
          {views.map((view) => (
            <RetentionCard
              key={view.connection}
              view={view}
              rules={describeRules(workspace.config.retention.of(view.connection))}
            />
          ))}
        </>
      );
    },
  });
}

function RetentionCard({
  view: { connection, stay, go, backups, more },
  rules,
}: {
  view: RetentionView;
  rules: string;
}) {
  return (
    <Card title={connection} aside={<span className="text-xs text-quiet">{`${go} go, ${stay} stay`}</span>} flush>
      <p className="border-b border-line px-4 py-2.5 text-sm text-quiet">Keeps {rules}.</p>
      <DataTable
        caption={`Backups of ${connection}, those that would go first`}
        columns={[
          {
            name: 'Backup',
            show: ({ backupId }) => (
              <Link href={`/backups/${connection}/${backupId}`} className="font-mono text-xs hover:underline">
                {backupId}
              </Link>
            ),
          },
          { name: 'Would', show: ({ keptBy }) => <Fate goes={keptBy.length === 0} /> },
          { name: 'Kept by', show: ({ keptBy }) => (keptBy.length === 0 ? 'no rule' : keptBy.join(', ')) },
        ]}
        rows={backups}
        keyOf={({ backupId }) => backupId}
      />
      {more > 0 && <p className="border-t border-line px-4 py-2.5 text-sm text-quiet">And {more} more.</p>}
    </Card>
  );
}

function Fate({ goes }: { goes: boolean }) {
  return (
    <Badge tone={goes ? 'caution' : 'neutral'} icon={goes ? Trash2 : Archive}>
      {goes ? 'go' : 'stay'}
    </Badge>
  );
}
