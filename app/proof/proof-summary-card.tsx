import Link from 'next/link';
import { buttonClass } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import type { Proof } from '#lib/proof/proof.ts';
import { describeCheck } from '#lib/proof/summarize-proof.ts';
import { describeCount, describeMany } from '#lib/report/describe-amounts.ts';
import { ProofBadge } from './proof-badge.tsx';

const mostShown = 5;

/** What the proof of a run says, and the way to the whole of it. */
export function ProofSummaryCard({ runId, proof }: { runId: string; proof: Proof }) {
  const failed = proof.checks.filter(({ passed }) => !passed);
  const all = describeMany(proof.checks.length, 'check');
  return (
    <Card
      title="Proof"
      aside={
        <Link href={`/runs/${runId}/proof`} className={buttonClass()}>
          Open the proof
        </Link>
      }
    >
      <div className="grid gap-2 text-sm">
        <p className="flex flex-wrap items-center gap-2">
          <ProofBadge proof={proof} />
          {failed.length === 0 ? `${all} passed.` : `${describeCount(failed.length)} of ${all} failed.`}
        </p>
        {failed.length > 0 && (
          <ul className="list-disc pl-5">
            {failed.slice(0, mostShown).map((check) => (
              <li key={`${check.name} ${check.object}`}>{describeCheck(check)}</li>
            ))}
            {failed.length > mostShown && <li>and {describeCount(failed.length - mostShown)} more</li>}
          </ul>
        )}
      </div>
    </Card>
  );
}
