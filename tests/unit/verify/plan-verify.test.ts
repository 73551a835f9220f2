import { describe, expect, it } from 'vitest';
import { checkTotals } from '#lib/verify/check-totals.ts';
import { concludeVerify, verifyError } from '#lib/verify/conclude-verify.ts';
import { planVerify } from '#lib/verify/plan-verify.ts';
import { makeManifest, makeTable, nameOf } from './make-manifest.ts';

describe('the plan of a verification', () => {
  const manifest = makeManifest([
    makeTable('players', [nameOf('1'), nameOf('2'), nameOf('3')]),
    makeTable('copies', [nameOf('2')]),
    makeTable('empty', []),
  ]);

  it('holds every object once, with everything it belongs to', () => {
    const { lanes, totals } = planVerify(manifest, { lanes: 3 });
    const objects = lanes.flat();
    expect(objects.map(({ name }) => name).sort()).toEqual([...'123abcd'].map(nameOf));
    expect(objects.find(({ name }) => name === nameOf('2'))?.owners).toEqual([
      'table public.players',
      'table public.copies',
    ]);
    expect(totals).toEqual({ objects: 7, stored: 340 });
    expect(lanes.map((lane) => lane.length).sort()).toEqual([2, 2, 3]);
  });

  it('is the same each time, and has no lane without work', () => {
    expect(planVerify(manifest, { lanes: 4 })).toEqual(planVerify(manifest, { lanes: 4 }));
    expect(planVerify(manifest, { lanes: 16 }).lanes.every((lane) => lane.length > 0)).toBe(true);
  });
});

describe('the totals of a manifest', () => {
  it('are held against the chunks', () => {
    const whole = makeManifest([makeTable('players', [nameOf('1'), nameOf('2')])]);
    expect(checkTotals(whole)).toEqual([]);
    const [table] = whole.tables;
    if (table === undefined) throw new Error('no table');
    for (const changed of [{ rows: '5' }, { bytes: '21' }, { digest: '0000000000000009' }]) {
      const damage = checkTotals({ ...whole, tables: [{ ...table, ...changed }] });
      expect(damage[0]).toMatchObject({ code: 'totals_differ', owners: ['table public.players'] });
      expect(damage[0]?.key).toBe('backups/production/20261121T014500Z-x7k2qd/manifest.json');
    }
    expect(checkTotals({ ...whole, totals: { ...whole.totals, rows: '5' } })).toHaveLength(1);
  });
});

describe('the end of a verification', () => {
  const manifest = makeManifest([]);
  const damage = Array.from({ length: 300 }, (_, n) => ({
    ...{ key: `chunks/00/${n}`, owners: ['table public.players'], code: 'object_missing', says: 'is missing' },
  }));

  it('names what is damaged, and stays small however much it is', () => {
    const totals = { objects: 300, stored: 1 };
    const outcome = concludeVerify(manifest, { damage, totals });
    expect(outcome).toMatchObject({ damaged: 300, objects: 300 });
    expect(outcome.damage).toHaveLength(200);
    expect(verifyError(outcome)).toMatchObject({ exitCode: 5, code: 'backup_damaged' });
    expect(verifyError(outcome)?.message).toMatch(
      /in 300 objects: chunks\/00\/0 \(table public\.players\);.* and 290 more\.$/,
    );
    expect(verifyError(concludeVerify(manifest, { damage: [], totals }))).toBeNull();
  });
});
