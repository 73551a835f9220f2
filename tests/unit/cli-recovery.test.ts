import { expect, it } from 'vitest';
import { renderRecovery } from '#cli/output/render-recovery.ts';
import { renderSweep } from '#cli/output/render-sweep.ts';
import { renderDiscard } from '#cli/output/render-undone.ts';
import { openTerminal } from '#cli/output/terminal.ts';
import type { RunResult } from '#lib/runs/run-record.ts';

const terminal = openTerminal({ json: false, quiet: true, color: false });
const result: RunResult = {
  run: {
    ...{ id: '20261121T000000Z-abcdef', kind: 'recover', connection: null, target: 'live', backup: 'b1' },
    ...{ startedAt: '2026-11-21T00:00:00.000Z', eventId: 'e', engineRunId: 'r', parent: null },
  },
  ...{ status: 'completed', exitCode: 0, completedAt: '2026-11-21T00:01:00.000Z', durationMs: 60_000, error: null },
  outcome: { schema: 'Res"cue', differences: null, notCompared: { message: 'connection live: gone' } },
  timeline: [],
};

it('A recovery without a report says where its tables are, why they were not compared, and how to drop them', () => {
  const text = renderRecovery(terminal, { result, proof: null, differences: null });
  expect(text).toContain('Recovered and proven: tables of b1 in the schema Res"cue of live');
  expect(text).toMatch(/comparison +none: connection live: gone/);
  expect(text).toMatch(
    /clean up +when you are done: holdfast discard 20261121T000000Z-abcdef, or by hand: drop schema/,
  );
  expect(text).toContain('drop schema "Res""cue" cascade;');
});

it('A report that is not of all tables says what has ended the comparison', () => {
  const differences = { backup: 'b1', target: 'live', schema: 's', drop: 'drop', unlogged: false, tables: [] };
  const text = renderRecovery(terminal, { result, proof: null, differences });
  expect(text).toMatch(/comparison +has not come to its end: connection live: gone/);
});

it('A recovery that was given up is not told as dropped', () => {
  const outcome = { discarded: 'R', givenUp: 'side' };
  const evidence = { proof: null, differences: null, cutover: null, backups: null };
  expect(renderDiscard(terminal, { ...result, outcome }, evidence)).toBe(
    'Given up: run R; the side schema side stays where its database is still there',
  );
});

it('A sweep names what only a person can take away, and does not say that all was swept', () => {
  const action = { run: 'R', action: 'release', because: 'its recovery has ended' };
  const outcome = { actions: [action], failures: [], left: ['R: there is no connection'] };
  const text = renderSweep(terminal, { ...result, outcome });
  expect(text).toMatch(/^Not all swept: 1 run$/m);
  expect(text).toMatch(/^ {2}left R: there is no connection$/m);
  // A sweep of before had no such list.
  expect(renderSweep(terminal, { ...result, outcome: { actions: [action], failures: [] } })).toMatch(/^Swept: 1 run$/m);
});
