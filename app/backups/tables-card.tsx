import Link from 'next/link';
import { Button } from '#app/ui/button.tsx';
import { Bytes } from '#app/ui/bytes.tsx';
import { Card } from '#app/ui/card.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { EmptyState } from '#app/ui/empty-state.tsx';
import { PageLinks } from '#app/ui/page-links.tsx';
import { TextField } from '#app/ui/text-field.tsx';
import { planTablePage, type TableOrder, type TableSummary, tableOrders } from '#lib/backup-view/plan-table-page.ts';
import { describeCount, describeMany } from '#lib/report/describe-amounts.ts';
import { queryText, type TablesQuery } from './parse-backup-filter.ts';

const pageSize = 100;
const orderWords: Record<TableOrder, string> = {
  name: 'by name',
  rows: 'most rows first',
  bytes: 'most bytes first',
  stored: 'most stored first',
};

interface TablesCardProps {
  tables: readonly TableSummary[];
  query: TablesQuery;
  /** The page's own address. */
  path: string;
  /** Of the backup's exports, for who may have them. */
  exports: string | null;
}

/** The tables of a backup: a search, an order, and 100 to a page, all by the server. */
export function TablesCard({ tables, query, path, exports }: TablesCardProps) {
  const { search, order } = query;
  const page = planTablePage(tables, { ...query, size: pageSize });
  const link = (number: number): string =>
    `${path}${queryText({ search, order: order === 'name' ? undefined : order, page: number > 1 ? number : undefined })}#tables`;
  return (
    <Card
      title={`Tables (${describeCount(tables.length)})`}
      aside={
        page.pages > 1 && (
          <span className="text-xs text-quiet">
            page {page.page} of {page.pages}
          </span>
        )
      }
      flush
    >
      <form
        method="get"
        action={`${path}#tables`}
        id="tables"
        className="flex flex-wrap items-end gap-3 border-b border-line px-4 py-3 print:hidden"
        aria-label="Search tables"
      >
        <TextField label="Name" name="search" defaultValue={search} maxLength={200} />
        <label className="grid gap-1 text-xs text-quiet">
          Order
          <select
            name="order"
            defaultValue={order}
            className="h-8 rounded-md border border-edge bg-surface px-2 text-sm text-ink"
          >
            {tableOrders.map((one) => (
              <option key={one} value={one}>
                {orderWords[one]}
              </option>
            ))}
          </select>
        </label>
        <Button type="submit">Show</Button>
        {search !== undefined && (
          <span className="text-sm text-quiet">
            {describeMany(page.found, 'table')} of {describeCount(tables.length)}.{' '}
            <Link href={path} className="underline">
              All
            </Link>
          </span>
        )}
      </form>
      <DataTable
        caption="Tables of the backup"
        columns={[
          { name: 'Table', show: ({ name }) => <span className="font-mono text-xs break-all">{name}</span> },
          { name: 'Rows', align: 'right', show: ({ rows }) => describeCount(rows) },
          { name: 'Bytes', align: 'right', show: ({ bytes }) => <Bytes value={bytes} /> },
          { name: 'Stored', align: 'right', show: ({ stored }) => <Bytes value={stored} /> },
          { name: 'Chunks', align: 'right', show: ({ chunks }) => describeCount(chunks) },
          { name: 'Digest', show: ({ digest }) => <code className="font-mono text-xs">{digest}</code> },
          { name: 'Export', show: (table) => exports !== null && <TableExports table={table} exports={exports} /> },
        ]}
        rows={page.tables}
        keyOf={({ kind, name }) => `${kind} ${name}`}
        empty={<EmptyState title="No such table">No name of a table holds what was searched for.</EmptyState>}
      />
      <div className="empty:hidden">
        {page.pages > 1 && (
          <div className="border-t border-line px-4 py-3">
            <PageLinks
              links={[
                page.page > 1 ? ['Back', link(page.page - 1)] : null,
                page.page < page.pages ? ['Further', link(page.page + 1)] : null,
              ]}
            />
          </div>
        )}
      </div>
    </Card>
  );
}

/** A table each as a file; large objects are no table. */
function TableExports({ table: { kind, name }, exports }: { table: TableSummary; exports: string }) {
  if (kind === 'large-objects') return null;
  return (
    <span className="whitespace-nowrap print:hidden">
      {(['csv', 'json'] as const).map((format, index) => (
        <span key={format}>
          {index > 0 && ' · '}
          <a
            href={`${exports}${queryText({ format, table: name })}`}
            aria-label={`${name} as ${format.toUpperCase()}`}
            className="underline"
          >
            {format.toUpperCase()}
          </a>
        </span>
      ))}
    </span>
  );
}
