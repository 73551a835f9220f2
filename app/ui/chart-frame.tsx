import type { ReactNode } from 'react';
import { DataTable } from './data-table.tsx';

/** One value of a chart. */
export interface ChartPoint {
  /** What the value is of, e.g. a backup's id. */
  key: string;
  /** For people, e.g. a day. */
  label: string;
  value: number;
}

/** How charts are given their data. */
export interface ChartProps {
  /** What is shown: `Stored bytes by backup`. */
  title: string;
  points: readonly ChartPoint[];
  /** How a value reads: `1.2 GB`. */
  format: (value: number) => string;
}

/** Measures of every chart, in the units of its viewBox: about those of a phone, or of a third of a page. */
export const chartArea = { width: 360, height: 160, left: 60, right: 8, top: 12, bottom: 24 } as const;

/** A chart's picture with its name, and the same numbers as a table for who wants them exactly or does not see. */
export function ChartFrame({ title, points, format, children }: ChartProps & { children: ReactNode }) {
  const { width, height } = chartArea;
  return (
    <figure>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={title} className="block h-auto w-full">
        {children}
      </svg>
      <details className="mt-2 text-sm">
        <summary className="cursor-pointer text-quiet hover:text-ink">The numbers</summary>
        <DataTable
          caption={title}
          columns={[
            { name: 'When', show: ({ label }) => label },
            { name: 'Value', align: 'right', show: ({ value }) => format(value) },
          ]}
          rows={points}
          keyOf={({ key }) => key}
        />
      </details>
    </figure>
  );
}
