import { Download } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { showPage } from '#app/frame/show-page.tsx';
import { DocumentFacts } from '#app/proof/document-facts.tsx';
import { planProofView } from '#app/proof/plan-proof-view.ts';
import { ProofBadge } from '#app/proof/proof-badge.tsx';
import { CheckLines, TableLines } from '#app/proof/proof-lines.tsx';
import { requireRun } from '#app/runs/require-run.ts';
import { RunLink } from '#app/runs/run-link.tsx';
import { buttonClass } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { PrintButton } from '#app/ui/print-button.tsx';
import { describeCount } from '#lib/report/describe-amounts.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import { readProofDocument } from '#lib/run-view/proof-document.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

interface ProofPageProps {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ differences?: string | string[] }>;
}

export async function generateMetadata({ params }: ProofPageProps): Promise<Metadata> {
  return { title: `Proof of run ${(await params).id}` };
}

/** Source and copy side by side; `?differences=only` leaves out what is equal. */
export default async function ProofPage({ params, searchParams }: ProofPageProps) {
  const { id } = await params;
  return showPage({ action: 'read', path: `/runs/${id}/proof` }, async ({ identity }) => {
    const { repository } = await openWorkspace();
    const run = await requireRun(repository, { id, identity });
    const document = await readProofDocument(repository, id);
    const onlyDifferences = (await searchParams).differences === 'only';
    const view = planProofView(document.proof, { onlyDifferences });
    const download = `/api/v1/runs/${id}/proof`;
    return (
      <>
        <PageHeader
          title={`Proof: ${describeRun({ run })}`}
          status={<ProofBadge proof={document.proof} />}
          actions={
            <>
              <Link href={`/runs/${id}/proof${onlyDifferences ? '' : '?differences=only'}`} className={buttonClass()}>
                {onlyDifferences ? 'Show everything' : 'Only differences'}
              </Link>
              <a href={`${download}?download`} download className={buttonClass()}>
                <Download aria-hidden size={14} /> JSON
              </a>
              <a href={`/runs/${id}/proof/report`} download className={buttonClass()}>
                <Download aria-hidden size={14} /> Report
              </a>
              <PrintButton />
            </>
          }
        >
          Run <RunLink id={id} /> · {describeCount(view.total)} checks,{' '}
          {view.failed === 0 ? 'all passed' : `${describeCount(view.failed)} failed`}
        </PageHeader>
        <Card title="What was compared">
          <DocumentFacts document={document} />
        </Card>
        {view.tables.length > 0 && (
          <Card title="Tables" aside={<Count failed={view.tablesFailed} total={view.tablesTotal} />} flush>
            <TableLines tables={view.tables} />
          </Card>
        )}
        {view.sections.map(({ id: section, title, against, lines, failed, total }) => (
          <Card key={section} title={title} aside={<Count failed={failed} total={total} />} flush>
            <CheckLines title={title} against={against} lines={lines} />
          </Card>
        ))}
        {view.tables.length === 0 && view.sections.length === 0 && (
          <Card title="Differences">
            <EmptyState title="No differences">Everything that was compared is equal.</EmptyState>
          </Card>
        )}
      </>
    );
  });
}

function Count({ failed, total }: { failed: number; total: number }) {
  const text =
    failed === 0 ? `${describeCount(total)} equal` : `${describeCount(failed)} of ${describeCount(total)} differ`;
  return <span className={`text-sm ${failed === 0 ? 'text-quiet' : 'font-medium text-failed'}`}>{text}</span>;
}
