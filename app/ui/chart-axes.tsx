import type { ScaleLinear } from 'd3-scale';
import { type ChartPoint, chartArea } from './chart-frame.tsx';

const { width, height, left, right, bottom } = chartArea;

/** Horizontal lines with their values, and the first and the last label below. */
export function ChartAxes({ y, points, format }: ChartAxesProps) {
  const first = points[0];
  const last = points.at(-1);
  return (
    <g fontSize={11} className="fill-quiet">
      {y.ticks(4).map((tick) => (
        <g key={tick}>
          <line x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} className="stroke-line" />
          <text x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {first && (
        <text x={left} y={height - bottom + 16}>
          {first.label}
        </text>
      )}
      {last && last !== first && (
        <text x={width - right} y={height - bottom + 16} textAnchor="end">
          {last.label}
        </text>
      )}
    </g>
  );
}

interface ChartAxesProps {
  y: ScaleLinear<number, number>;
  points: readonly ChartPoint[];
  format: (value: number) => string;
}
