import { Card } from '#app/ui/card.tsx';
import { CodeText } from '#app/ui/code-text.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { Facts } from '#app/ui/facts.tsx';
import type { CutoverPreview } from '#lib/cutover/preview-cutover.ts';
import { refusalOf } from '#lib/report/refusal.ts';
import { ChecksTable } from './checks-table.tsx';

/** What was found before anything is begun: how it would go live, what it costs, and what stands in the way. */
export function PreflightCard({ preview: { choice, plan, checks, problems } }: { preview: CutoverPreview }) {
  const refusal = refusalOf(problems);
  return (
    <>
      {refusal !== undefined && <ErrorPanel error={refusal.error} tone="caution" />}
      <Card title="Preflight" flush>
        <div className="grid gap-3 p-4">
          <Facts
            facts={[
              ['goes live by', choice && `${choice.strategy}: ${choice.because}`],
              ...plan.map(([name, text]) => [name, <CodeText key={name} text={text} />] as const),
            ]}
          />
        </div>
        <ChecksTable checks={checks} />
      </Card>
    </>
  );
}
