import type { z } from 'zod';
import { criticalQuerySchema } from '#lib/config/config-schema.ts';
import type { QueryAnswer } from '#lib/manifest/manifest.ts';

/** The outcome for one critical query, in the shape of a proof's check. */
export interface AnswerVerdict {
  name: string;
  object: string;
  /** What the person fixed, else the source's answer. */
  expected: string;
  actual: string;
  /** The source's answer where `expected` is what the person fixed. */
  source?: string;
  passed: boolean;
}

/** Characters of an answer that a proof keeps: whoever shows it on a line cuts it once more. */
const longest = 10_000;

/**
 * Holds the copy's answer against what the person fixed (`expect`: rows, a scalar, a range), else against the answer of
 * the source's snapshot. Rows compare in their order: a query without `order by` should aggregate.
 */
export function judgeAnswer(
  expected: QueryAnswer,
  actual: readonly (readonly (string | null)[])[] | undefined,
): AnswerVerdict {
  const about = { name: 'query', object: `query "${expected.name}"` };
  const source = showRows(expected.rows);
  const fixed = criticalQuerySchema.shape.expect.parse(expected.expect);
  if (fixed === undefined) {
    const passed = actual !== undefined && JSON.stringify(expected.rows) === JSON.stringify(actual);
    return { ...about, expected: source, actual: actual === undefined ? 'not asked' : showRows(actual), passed };
  }
  const wanted = showDemand(fixed);
  if (actual === undefined) return { ...about, expected: wanted, actual: 'not asked', source, passed: false };
  return { ...about, expected: wanted, actual: showRows(actual), source, passed: meets(actual, fixed) };
}

type Demand = NonNullable<z.infer<typeof criticalQuerySchema.shape.expect>>;

function showDemand(demand: Demand): string {
  if ('rows' in demand) return showRows(demand.rows);
  if ('scalar' in demand) return String(demand.scalar);
  return `${demand.min ?? '-∞'} to ${demand.max ?? '∞'}`;
}

function meets(actual: readonly (readonly (string | null)[])[], demand: Demand): boolean {
  if ('rows' in demand) return JSON.stringify(demand.rows) === JSON.stringify(actual);
  const scalar = actual[0]?.[0] ?? null;
  if (scalar === null) return false;
  if ('scalar' in demand) {
    return scalar === String(demand.scalar) || (typeof demand.scalar === 'number' && Number(scalar) === demand.scalar);
  }
  const number = Number(scalar);
  return number >= (demand.min ?? Number.NEGATIVE_INFINITY) && number <= (demand.max ?? Number.POSITIVE_INFINITY);
}

function showRows(rows: readonly (readonly (string | null)[])[]): string {
  const text = rows.length === 1 && rows[0]?.length === 1 ? String(rows[0][0]) : JSON.stringify(rows);
  return text.length > longest ? `${rows.length} rows: ${text.slice(0, longest)}…` : text;
}
