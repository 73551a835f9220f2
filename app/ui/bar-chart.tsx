import { scaleBand, scaleLinear } from 'd3-scale';
import { ChartAxes } from './chart-axes.tsx';
import { ChartFrame, type ChartProps, chartArea } from './chart-frame.tsx';

const { width, height, left, right, top, bottom } = chartArea;

/** Values side by side as bars, drawn by the server. */
export function BarChart({ title, points, format }: ChartProps) {
  const most = Math.max(1, ...points.map(({ value }) => value));
  const y = scaleLinear([0, most], [height - bottom, top]).nice(4);
  const x = scaleBand(
    points.map(({ key }) => key),
    [left, width - right],
  ).padding(0.2);
  return (
    <ChartFrame title={title} points={points} format={format}>
      <ChartAxes y={y} points={points} format={format} />
      {points.map(({ key, label, value }) => (
        <rect
          key={key}
          x={x(key) ?? left}
          y={y(value)}
          width={x.bandwidth()}
          height={height - bottom - y(value)}
          rx={1.5}
          className="fill-accent"
        >
          <title>{`${label}: ${format(value)}`}</title>
        </rect>
      ))}
    </ChartFrame>
  );
}
