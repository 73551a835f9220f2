import { describe, expect, it } from 'vitest';
import { checkTotals } from '#lib/verify/check-totals.ts';
import { concludeVerify, verifyError } from '#lib/verify/conclude-verify.ts';
import { drawSample } from '#lib/verify/draw-sample.ts';
import { planVerify } from '#lib/verify/plan-verify.ts';
import { makeManifest, makeTable, nameOf } from './make-manifest.ts';

describe('the plan of a verification', () => {
  const manifest = makeManifest([
    makeTable('players', [nameOf('1'), nameOf('2'), nameOf('3')]),
    makeTable('copies', [nameOf('2')]),
    makeTable('empty', []),
  ]);

  it('holds every object once, with everything it belongs to', () => {
    const { lanes, totals } = planVerify(manifest, { lanes: 3, sample: null });
    const objects = lanes.flat();
    expect(objects.map(({ name }) => name).sort()).toEqual([...'123abcd'].map(nameOf));
    expect(objects.find(({ name }) => name === nameOf('2'))?.owners).toEqual([
      'table public.players',
      'table public.copies',
    ]);
    expect(totals).toEqual({ objects: 7, stored: 340, rows: '8' });
    expect(lanes.map((lane) => lane.length).sort()).toEqual([2, 2, 3]);
  });

  it('is the same each time, and has no lane without work', () => {
    expect(planVerify(manifest, { lanes: 4, sample: null })).toEqual(planVerify(manifest, { lanes: 4, sample: null }));
    expect(planVerify(manifest, { lanes: 16, sample: null }).lanes.every((lane) => lane.length > 0)).toBe(true);
  });
});

describe('a sample', () => {
  const letters = '0123456789abcdef';
  const chunk = (n: number): string =>
    `${letters[n >> 8] ?? ''}${letters[(n >> 4) & 15] ?? ''}${letters[n & 15] ?? ''}`.padEnd(64, 'e');
  const manifest = makeManifest([
    makeTable('small', [nameOf('1')]),
    makeTable('tiny', [nameOf('2')]),
    makeTable(
      'events',
      Array.from({ length: 400 }, (_, n) => chunk(n)),
    ),
  ]);
  const draw = (percent: number, seed: string) => planVerify(manifest, { lanes: 2, sample: { percent, seed } });

  it('is the same for a run, another one for the next, and has a chunk of each table', () => {
    expect(draw(10, 'a')).toEqual(draw(10, 'a'));
    expect(draw(10, 'a')).not.toEqual(draw(10, 'b'));
    for (const seed of ['a', 'b', 'c']) {
      const { lanes, totals, all } = draw(0.1, seed);
      const owners = lanes.flat().flatMap((object) => object.owners);
      for (const table of ['small', 'tiny', 'events']) expect(owners).toContain(`table public.${table}`);
      expect(owners).toContain('inventory');
      expect(totals).toMatchObject({ objects: 7, rows: '6' });
      expect(all).toEqual({ objects: 406, stored: 40_240 });
    }
  });

  it('holds the part that was asked for, and all where that is all', () => {
    const { totals } = draw(25, 'a');
    expect(totals.stored).toBeGreaterThanOrEqual(10_060);
    expect(totals.stored).toBeLessThan(10_160);
    expect(draw(100, 'a').totals.objects).toBe(406);
  });

  it('draws large objects more often', () => {
    const objects = Array.from({ length: 100 }, (_, n) => ({
      ...{ name: chunk(n), stored: n < 10 ? 900 : 100, kind: 'rows' as const, owners: ['table public.events'] },
      rows: { rows: 1, bytes: 1, digest: '0000000000000001' },
    }));
    let large = 0;
    let drawn = 0;
    for (let seed = 0; seed < 200; seed++) {
      const sample = drawSample(objects, { percent: 10, seed: String(seed) });
      large += sample.filter(({ stored }) => stored === 900).length;
      drawn += sample.length;
    }
    // By number they would be a tenth.
    expect(large / drawn).toBeGreaterThan(0.25);
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
    const plan = { totals: { objects: 300, stored: 1, rows: '0' }, all: { objects: 300, stored: 1 } };
    const outcome = concludeVerify(manifest, { damage, plan, percent: null });
    expect(outcome).toMatchObject({ damaged: 300, objects: 300 });
    expect(outcome.damage).toHaveLength(200);
    expect(verifyError(outcome)).toMatchObject({ exitCode: 5, code: 'backup_damaged' });
    expect(verifyError(outcome)?.message).toMatch(
      /in 300 objects: chunks\/00\/0 \(table public\.players\);.* and 290 more\.$/,
    );
    expect(verifyError(concludeVerify(manifest, { damage: [], plan, percent: null }))).toBeNull();
  });
});
