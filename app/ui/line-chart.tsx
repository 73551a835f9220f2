import { scaleLinear, scalePoint } from 'd3-scale';
import { line } from 'd3-shape';
import { ChartAxes } from './chart-axes.tsx';
import { ChartFrame, type ChartPoint, type ChartProps, chartArea } from './chart-frame.tsx';

const { width, height, left, right, top, bottom } = chartArea;

/** Values over time as a line, drawn by the server. Points in the order of time; the axis begins at zero. */
export function LineChart({ title, points, format }: ChartProps) {
  const most = Math.max(1, ...points.map(({ value }) => value));
  const y = scaleLinear([0, most], [height - bottom, top]).nice(4);
  const x = scalePoint(
    points.map(({ key }) => key),
    [left, width - right],
  );
  const place = ({ key }: ChartPoint): number => x(key) ?? left;
  const path = line<ChartPoint>(place, ({ value }) => y(value))([...points]);
  return (
    <ChartFrame title={title} points={points} format={format}>
      <ChartAxes y={y} points={points} format={format} />
      <path d={path ?? ''} fill="none" strokeWidth={2} className="stroke-accent" />
      {points.map((point) => (
        <circle key={point.key} cx={place(point)} cy={y(point.value)} r={2.5} className="fill-accent">
          <title>{`${point.label}: ${format(point.value)}`}</title>
        </circle>
      ))}
    </ChartFrame>
  );
}
