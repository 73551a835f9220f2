import { Card } from '#app/ui/card.tsx';
import type { RecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { DropSchemaAction } from './drop-schema-action.tsx';

interface LeftSchemaCardProps {
  result: RunResult;
  plan: Pick<RecoveryPlan, 'schema' | 'tables'>;
  mayDiscard: boolean;
}

/** The side schema of a recovery that has no report: it ended badly and could not drop it, or could not compare it. */
export function LeftSchemaCard({ result: { run, status }, plan, mayDiscard }: LeftSchemaCardProps) {
  const { schema } = plan;
  const target = run.target ?? '';
  const action = <DropSchemaAction {...{ runId: run.id, schema, target, tables: plan.tables.length }} />;
  return (
    <Card title="Side schema" {...(mayDiscard ? { aside: action } : {})}>
      <p className="text-sm">
        {status === 'completed'
          ? `The recovered tables are in the schema ${schema} of ${target}; they were not compared.`
          : `What the run has made in the schema ${schema} of ${target} may still be there.`}
      </p>
    </Card>
  );
}
