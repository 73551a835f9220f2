import { ChecksTable } from '#app/cutover/checks-table.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { splitConsent } from '#lib/cutover/split-consent.ts';
import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import type { RecoveryPreview } from '#lib/recovery/preview-recovery.ts';
import { describeCount, describeMany } from '#lib/report/describe-amounts.ts';
import { refusalOf } from '#lib/report/refusal.ts';

const mostShown = 200;

/** What would be recovered under which name, what was looked at, and what stands in the way. */
export function RecoveryPreviewCard({ preview, schema }: { preview: RecoveryPreview; schema: string }) {
  const { tables, leftOut, checks } = preview;
  const refusal = refusalOf(splitConsent(checks).problems);
  return (
    <>
      {refusal !== undefined && <ErrorPanel error={refusal.error} tone="caution" />}
      <Card title={`What goes into the schema ${schema}`} flush>
        <DataTable
          caption="Tables with the names they get"
          columns={[
            { name: 'Table', show: (table) => <span className="font-mono text-xs">{describeTable(table)}</span> },
            {
              name: 'Recovered as',
              show: ({ side }) => <span className="font-mono text-xs">{describeTable({ schema, name: side })}</span>,
            },
            { name: 'Rows', align: 'right', show: ({ rows }) => describeCount(rows) },
            { name: 'Compared by', show: ({ key }) => (key === null ? 'numbers of rows only' : key.join(', ')) },
          ]}
          rows={tables.slice(0, mostShown)}
          keyOf={({ side }) => side}
        />
        {tables.length > mostShown && (
          <p className="px-4 py-2 text-sm text-quiet">And {describeMany(tables.length - mostShown, 'other table')}.</p>
        )}
        {leftOut.length > 0 && (
          <DataTable
            caption="Left out"
            showCaption
            columns={[
              { name: 'Object', show: ({ object }) => object },
              { name: 'Why', show: ({ reason }) => reason },
            ]}
            rows={leftOut.slice(0, mostShown)}
            keyOf={({ object }) => object}
          />
        )}
      </Card>
      <Card title="Preflight" flush>
        <ChecksTable checks={checks} />
      </Card>
    </>
  );
}
