import Link from 'next/link';
import { DropSchemaAction } from '#app/recovery/drop-schema-action.tsx';
import { buttonClass } from '#app/ui/button.tsx';
import { Card } from '#app/ui/card.tsx';
import type { Differences } from '#lib/recovery/differences/differences.ts';
import { describeDifferences, summarizeDifferences } from '#lib/recovery/differences/summarize-differences.ts';

interface DifferencesCardProps {
  runId: string;
  differences: Differences;
  /** Somebody has dropped the side schema by Holdfast. */
  isDropped: boolean;
  mayDiscard: boolean;
}

/** What a recovery found, the way to the whole of it, and the drop of what it has made. */
export function DifferencesCard({ runId, differences, isDropped, mayDiscard }: DifferencesCardProps) {
  const { tables, schema, target } = differences;
  return (
    <Card
      title="Differences"
      aside={
        <span className="flex flex-wrap gap-2">
          <Link href={`/runs/${runId}/differences`} className={buttonClass()}>
            Open the differences
          </Link>
          {!isDropped && mayDiscard && <DropSchemaAction {...{ runId, schema, target, tables: tables.length }} />}
        </span>
      }
    >
      <p className="text-sm">
        {describeDifferences(summarizeDifferences(differences))}{' '}
        {isDropped
          ? `The schema ${schema} is dropped.`
          : `The recovered tables are in the schema ${schema} of ${target}.`}
      </p>
    </Card>
  );
}
