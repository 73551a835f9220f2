import type { Metadata } from 'next';
import Link from 'next/link';
import { ChecksTable } from '#app/cutover/checks-table.tsx';
import { showPage } from '#app/frame/show-page.tsx';
import { requireRoot } from '#app/runs/require-run.ts';
import { rollbackFacts } from '#app/runs/rollback-facts.ts';
import { RunAction } from '#app/runs/run-action.tsx';
import { RunLink } from '#app/runs/run-link.tsx';
import { buttonClass } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { findConnection } from '#lib/config/find-connection.ts';
import { previewRollback } from '#lib/cutover/preview-rollback.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const metadata: Metadata = { title: 'Roll back' };

/** What a rollback would do and cost, before it is asked for. Looks at the target's server. */
export default async function RollbackPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return showPage({ action: 'rollback', connections: 'later', path: `/runs/${id}/rollback` }, async (caller) => {
    const workspace = await openWorkspace();
    const run = await requireRoot(workspace.repository, { id, caller, action: 'rollback' });
    const target = findConnection(workspace.config, run.target ?? '');
    // The name is asked for by the dialog; here it is only seen whether anything else stands in the way.
    const preview = await previewRollback(workspace, { run: run.id, confirm: target.name });
    const possible = preview.checks.every(({ passed }) => passed);
    return (
      <>
        <PageHeader title={`Roll back ${target.name}`}>
          Takes back the cut-over of run <RunLink id={run.id} />.
        </PageHeader>
        <Card title="What would happen">
          <Facts facts={rollbackFacts(preview)} />
        </Card>
        <Card title="Checks" flush>
          <ChecksTable checks={preview.checks} isOver />
        </Card>
        <div className="flex flex-wrap gap-2">
          {possible && (
            <RunAction
              {...{
                runId: run.id,
                action: 'rollback',
                trigger: 'Roll back…',
                confirm: 'Roll it back',
                tone: 'primary',
              }}
              title={`Roll back ${target.name}?`}
              typed={target.protected ? target.name : undefined}
              done="The rollback has begun"
            >
              {target.name} serves again what it served before. What was written since stays in what is put aside.
              Clients are disconnected for a moment.
            </RunAction>
          )}
          <Link href={`/runs/${run.id}`} className={buttonClass()}>
            Back to the run
          </Link>
        </div>
      </>
    );
  });
}
