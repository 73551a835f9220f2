/** One line of measurement. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const sample = new RegExp(
  `^(${name})(?:\\{(${label}(?:,${label})*)?\\})? (NaN|[+-]Inf|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?)$`,
);

/**
 * Parses Prometheus's text exposition format 0.0.4 and holds it to its rules: every sample belongs to the metric whose
 * HELP and TYPE stand above it, each metric stands in one block, no series twice, a newline at the end.
 */
export function parsePrometheus(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.');
  const samples: Sample[] = [];
  const series = new Set<string>();
  const seen = new Set<string>();
  let current: { name: string; help: boolean; type: string | undefined } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, keyword, metric = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword !== undefined) {
      if (current?.name !== metric) {
        if (seen.has(metric)) throw new Error(`${metric} has two blocks.`);
        seen.add(metric);
        current = { name: metric, help: false, type: undefined };
      }
      if (keyword === 'HELP') current.help = true;
      else if (!['counter', 'gauge', 'histogram', 'summary', 'untyped'].includes(rest))
        throw new Error(`No type: ${rest}`);
      else current.type = rest;
      continue;
    }
    const match = sample.exec(line);
    if (match === null) throw new Error(`No sample: ${line}`);
    const [, found = '', labels = '', value = ''] = match;
    if (current?.name !== found || !current.help || current.type === undefined) {
      throw new Error(`${found} stands outside its block.`);
    }
    if (current.type === 'gauge' && found.endsWith('_total'))
      throw new Error(`${found} is a gauge and named a counter.`);
    const key = `${found}{${labels}}`;
    if (series.has(key)) throw new Error(`${key} stands twice.`);
    series.add(key);
    samples.push({ name: found, labels: parseLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
  }
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(pairs.map(([, key, value = '']) => [key, value.replaceAll(/\\(.)/g, '$1')]));
}
