import { Download } from 'lucide-react';
import type { Metadata } from 'next';
import { BackupLink } from '#app/backups/backup-link.tsx';
import { DifferenceDetails } from '#app/differences/difference-details.tsx';
import { DifferencesLines } from '#app/differences/differences-lines.tsx';
import { planDifferencesView } from '#app/differences/plan-differences-view.ts';
import { readDifferencesOf } from '#app/differences/read-differences-of.ts';
import { showPage } from '#app/frame/show-page.tsx';
import { RunLink } from '#app/runs/run-link.tsx';
import { buttonClass } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import { Facts } from '#app/ui/facts.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { PrintButton } from '#app/ui/print-button.tsx';
import { describeDifferences, summarizeDifferences } from '#lib/recovery/differences/summarize-differences.ts';
import { isSideSchemaDropped } from '#lib/recovery/discard-recovery.ts';
import { describeMany } from '#lib/report/describe-amounts.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';

interface DifferencesPageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: DifferencesPageProps): Promise<Metadata> {
  return { title: `Differences of run ${(await params).id}` };
}

/** How the live tables differ from those that a recovery has brought back, and how rows can be put right. */
export default async function DifferencesPage({ params }: DifferencesPageProps) {
  const { id } = await params;
  return showPage({ action: 'read', path: `/runs/${id}/differences` }, async (caller) => {
    const { workspace, run, differences } = await readDifferencesOf(caller, id);
    const { lines, details, moreDetails } = planDifferencesView(differences);
    const { backup, target, schema, drop, unlogged } = differences;
    const isDropped = await isSideSchemaDropped(workspace, run.id);
    return (
      <>
        <PageHeader
          title={`Differences: ${describeRun({ run })}`}
          actions={
            <>
              <a href={`/api/v1/runs/${run.id}/differences?download`} download className={buttonClass()}>
                <Download aria-hidden size={14} /> JSON
              </a>
              <a href={`/runs/${run.id}/differences/sql`} download className={buttonClass()}>
                <Download aria-hidden size={14} /> SQL
              </a>
              <PrintButton />
            </>
          }
        >
          Run <RunLink id={run.id} /> · {describeDifferences(summarizeDifferences(differences))}
        </PageHeader>
        <Card title="What was compared">
          <Facts
            facts={[
              ['backup', <BackupLink key="backup" connection={run.connection} id={backup} />],
              ['live database', `connection ${target}`],
              ['recovered into', `schema ${schema}${isDropped ? ', dropped since' : ''}`],
              ['kept', unlogged ? 'unlogged, since a publication covers all tables: a crash empties them' : null],
              [
                'to clean up',
                isDropped ? null : (
                  <code key="drop" className="font-mono text-xs">
                    {drop}
                  </code>
                ),
              ],
            ]}
          />
        </Card>
        <Card title="Tables" flush>
          <DifferencesLines lines={lines} />
        </Card>
        {details.map((detail) => (
          <DifferenceDetails key={detail.table} detail={detail} />
        ))}
        {moreDetails > 0 && (
          <p className="text-sm text-quiet">And {describeMany(moreDetails, 'other table')}: the downloads have all.</p>
        )}
      </>
    );
  });
}
