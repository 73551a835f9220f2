import { criticalQuerySchema } from '#lib/config/config-schema.ts';
import type { QueryAnswer } from '#lib/manifest/manifest.ts';

/** The outcome for one critical query, in the shape of a proof's check. */
export interface AnswerVerdict {
  name: string;
  object: string;
  expected: string;
  actual: string;
  passed: boolean;
}

const longest = 200;

/**
 * Holds the copy's answer against what the person fixed (`expect`: rows, a scalar, a range), else against the answer of
 * the source's snapshot. Rows compare in their order: a query without `order by` should aggregate.
 */
export function judgeAnswer(
  expected: QueryAnswer,
  actual: readonly (readonly (string | null)[])[] | undefined,
): AnswerVerdict {
  const object = `query "${expected.name}"`;
  if (actual === undefined)
    return { name: 'query', object, expected: showRows(expected.rows), actual: 'not asked', passed: false };
  const fixed = criticalQuerySchema.shape.expect.parse(expected.expect);
  const scalar = actual[0]?.[0] ?? null;
  if (fixed === undefined || 'rows' in fixed) {
    const rows = fixed === undefined ? expected.rows : fixed.rows;
    return verdict(object, {
      expected: showRows(rows),
      actual: showRows(actual),
      passed: JSON.stringify(rows) === JSON.stringify(actual),
    });
  }
  if ('scalar' in fixed) {
    const wanted = String(fixed.scalar);
    const same =
      scalar !== null && (scalar === wanted || (typeof fixed.scalar === 'number' && Number(scalar) === fixed.scalar));
    return verdict(object, { expected: wanted, actual: String(scalar), passed: same });
  }
  const number = scalar === null ? Number.NaN : Number(scalar);
  const passed = number >= (fixed.min ?? Number.NEGATIVE_INFINITY) && number <= (fixed.max ?? Number.POSITIVE_INFINITY);
  return verdict(object, { expected: `${fixed.min ?? '-∞'} to ${fixed.max ?? '∞'}`, actual: String(scalar), passed });
}

function verdict(object: string, facts: { expected: string; actual: string; passed: boolean }): AnswerVerdict {
  return { name: 'query', object, ...facts };
}

function showRows(rows: readonly (readonly (string | null)[])[]): string {
  const text = rows.length === 1 && rows[0]?.length === 1 ? String(rows[0][0]) : JSON.stringify(rows);
  return text.length > longest ? `${rows.length} rows: ${text.slice(0, longest)}…` : text;
}
