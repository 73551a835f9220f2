import { describe, expect, it } from 'vitest';
import { runHammer } from '#tests/hammer/run-hammer.ts';

describe('backups and prunes of one repository at the same time', () => {
  it('leave no committed backup without a chunk', { timeout: 6 * 60_000 }, async () => {
    const said: string[] = [];
    const { tally, wrong } = await runHammer({
      ...{ seconds: 20, seed: 20_261_121, store: 'files', print: (line) => said.push(line) },
    });
    expect(wrong, said.join('\n')).toEqual([]);
    // A hammer that never hits proves nothing.
    expect(tally.committed.length, said.join('\n')).toBeGreaterThan(1);
    expect(tally.swept, said.join('\n')).toBeGreaterThan(0);
    expect(tally.backupsRead).toBeGreaterThan(0);
  });
});
