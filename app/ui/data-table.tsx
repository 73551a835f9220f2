import { clsx } from 'clsx';
import type { ReactNode } from 'react';

/** A column: its name, and what it shows of a row. */
interface Column<Row> {
  name: string;
  show: (row: Row) => ReactNode;
  /** Numbers stand on the right. */
  align?: 'left' | 'right';
  /** What another column says too is left out at phone width. */
  phone?: 'hidden';
}

interface DataTableProps<Row> {
  /** What the table holds, for who does not see it; `showCaption` shows it to all. */
  caption: string;
  showCaption?: boolean;
  /** The first column names the row. */
  columns: readonly [Column<Row>, ...Column<Row>[]];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** In the place of the rows where there are none. */
  empty?: ReactNode;
}

/**
 * A table; at phone width each row is a block of named values. The roles are spelled out because that layout takes the
 * table's own from some browsers.
 */
export function DataTable<Row>({ caption, showCaption = false, columns, rows, keyOf, empty }: DataTableProps<Row>) {
  if (rows.length === 0 && empty !== undefined) return empty;
  const [first, ...others] = columns;
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: see above.
    <table role="table" className="data-table w-full border-collapse text-sm">
      <caption className={showCaption ? 'px-4 py-2 text-left text-quiet' : 'sr-only'}>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, align }) => (
            <th key={name} scope="col" role="columnheader" className={headClass(align)}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row" className="border-t border-line print:break-inside-avoid">
            <th scope="row" role="rowheader" className="px-4 py-2 text-left align-top font-medium break-words">
              {first.show(row)}
            </th>
            {others.map(({ name, show, align, phone }) => (
              <td key={name} role="cell" data-label={name} data-phone={phone} className={cellClass(align)}>
                {show(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above.
  );
}

function headClass(align: 'left' | 'right' = 'left'): string {
  const side = align === 'right' ? 'text-right' : 'text-left';
  return clsx('px-4 py-2 text-xs font-medium whitespace-nowrap text-quiet', side);
}

function cellClass(align: 'left' | 'right' = 'left'): string {
  return clsx('px-4 py-2 align-top', align === 'right' ? 'text-right' : 'break-words');
}
