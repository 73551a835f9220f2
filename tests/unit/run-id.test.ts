import { describe, expect, it } from 'vitest';
import { deriveRunId, isRunId } from '#lib/runs/run-id.ts';

describe('a run id', () => {
  it('is told from other text, for every millisecond of a second', () => {
    const second = Date.parse('2026-11-21T01:45:00Z');
    for (let ms = 0; ms < 1_000; ms++) expect(isRunId(deriveRunId(second + ms, `engine-${ms}`))).toBe(true);
  });

  it.each(['', 'latest', '20261121T014500Z', '20261121T014500Z-', '20261121T014500Z-a/../b', '20261121T014500Z-A1b2'])(
    'is not %j',
    (text) => expect(isRunId(text)).toBe(false),
  );
});
