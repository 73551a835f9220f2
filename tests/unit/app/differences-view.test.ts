import { expect, it } from 'vitest';
import { planDifferencesView } from '#app/differences/plan-differences-view.ts';
import { writeScript } from '#app/differences/write-script.ts';
import type { Differences, TableDifferences } from '#lib/recovery/differences/differences.ts';

const same: TableDifferences = {
  ...{ schema: 'public', name: 'same', side: 'same', compared: 'by key', reason: null, notes: [], key: ['id'] },
  rows: { backup: '1000', live: '1000' },
  onlyInBackup: { rows: '0', examples: [] },
  onlyInLive: { rows: '0', examples: [] },
  different: { rows: '0', examples: [] },
  statements: { create: null, insert: 'insert into same;', update: 'update same;', complete: null },
};
const lost: TableDifferences = {
  ...same,
  ...{ name: 'lost', side: 'lost', key: ['a', 'b'] },
  onlyInBackup: { rows: '22', examples: [['1', 'x']] },
  different: { rows: '1', examples: [{ key: ['2', 'y'], columns: ['points'] }] },
};
const counted: TableDifferences = {
  ...same,
  ...{ name: 'counted', side: 'counted', compared: 'counts', reason: 'it has no primary key', key: null },
  onlyInBackup: { rows: null, examples: [] },
  statements: { create: null, insert: null, update: null, complete: null },
};
const gone: TableDifferences = {
  ...same,
  ...{ name: 'go\nne;', side: 'gone', compared: 'gone', reason: 'there is no such table' },
  rows: { backup: '3', live: null },
  onlyInBackup: { rows: '3', examples: [] },
  statements: { create: 'create table x (\n a int\n);', insert: 'insert into x;', update: null, complete: '' },
};
const report = (tables: TableDifferences[]): Differences => ({
  ...{ backup: 'b', target: 'live', schema: 'rescue', drop: 'drop schema rescue cascade;', unlogged: false, tables },
});

it('shows the numbers of all tables, and details of those that have any', () => {
  const { lines, details } = planDifferencesView(report([same, lost, counted, gone]));
  expect(lines.map(({ table, live, onlyInBackup, differs }) => [table, live, onlyInBackup, differs])).toEqual([
    ['public.same', '1,000', '0', false],
    ['public.lost', '1,000', '22', true],
    ['public.counted', '1,000', '?', true],
    ['public."go\nne;"', 'no table', '3', true],
  ]);
  expect(details.map(({ table }) => table)).toEqual(['public.lost', 'public.counted', 'public."go\nne;"']);
  expect(details[0]?.samples).toEqual([
    { what: 'Only in the backup', keys: ['(1, x)'], more: '21' },
    { what: 'Different', keys: ['(2, y) in points'], more: null },
  ]);
  expect(details[0]?.statements.map(({ sql }) => sql)).toEqual(['insert into same;', 'update same;']);
});

it('offers no statement for what is equal', () => {
  const [detail] = planDifferencesView(report([{ ...lost, different: same.different }])).details;
  expect(detail?.statements.map(({ sql }) => sql)).toEqual(['insert into same;']);
});

it('shows details of fifty tables, and counts the rest', () => {
  const many = Array.from({ length: 60 }, (_, n) => ({ ...lost, name: `t${n}`, side: `t${n}` }));
  const view = planDifferencesView(report(many));
  expect([view.lines.length, view.details.length, view.moreDetails]).toEqual([60, 50, 10]);
});

it('writes a script in which nothing runs as it stands, whatever a name holds', () => {
  const script = writeScript(report([same, lost, gone]), 'run');
  expect(script).toContain('-- create table x (\n--  a int\n-- );');
  expect(script).toContain('-- drop schema rescue cascade;');
  expect(script).not.toContain('same.');
  expect(script.split(/[\n\r]/).filter((line) => line !== '' && !line.startsWith('-- '))).toEqual([]);
});
