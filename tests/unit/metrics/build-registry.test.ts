import { describe, expect, it } from 'vitest';
import { buildRegistry, type Measurements } from '#lib/metrics/build-registry.ts';
import type { EndedRunFacts } from '#lib/metrics/read-ended-runs.ts';
import type { ConnectionPromise } from '#lib/promise/read-promises.ts';
import { parsePrometheus, type Sample } from '#tests/support/parse-prometheus.ts';

const at = '2026-11-21T00:00:00.000Z';
const seconds = Date.parse(at) / 1_000;
const promise = (over: Partial<ConnectionPromise>): ConnectionPromise => ({
  ...{ connection: 'shop', isNamed: true, state: 'kept', reasons: [], notes: [], rpoMs: 86_400_000, rtoMs: null },
  ...{ backups: 3, lastBackup: { id: 'b', at, ageMs: 1_500 }, lastGood: null, lastVerified: null, recoveryMs: 90_500 },
  lastProven: { backup: 'b', run: 'r', at, ageMs: 7_500 },
  running: [{ run: 'r', kind: 'backup', startedAt: at, lastSign: at, isDead: false }],
  ...{ lastFailure: null, next: [{ kind: 'backup', at }] },
  ...over,
});
const run = (over: Partial<EndedRunFacts>): EndedRunFacts => ({
  ...{ run: 'r', kind: 'backup', connection: 'shop', status: 'completed', endedAt: seconds * 1_000 },
  ...{ durationMs: 4_500, totals: { rows: 7, bytes: 14, newBytes: 0 } },
  ...over,
});

async function measure(over: Partial<Measurements>): Promise<Sample[]> {
  const registry = buildRegistry({ version: '0.1.0', promises: [], runs: [], ...over });
  expect(registry.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  return parsePrometheus(await registry.metrics());
}

const sampleOf = (samples: readonly Sample[], name: string, labels: object): number | undefined =>
  samples.find((one) => one.name === `holdfast_${name}` && JSON.stringify(one.labels) === JSON.stringify(labels))
    ?.value;

describe('buildRegistry', () => {
  it('says what is known and has no sample for what is not', async () => {
    const promises = [promise({}), promise({ connection: 'none', state: 'none', rpoMs: null, lastProven: null })];
    const samples = await measure({ promises });
    const shop = { connection: 'shop' };
    expect(sampleOf(samples, 'promise_kept', shop)).toBe(1);
    expect(sampleOf(samples, 'last_backup_timestamp_seconds', shop)).toBe(seconds);
    expect(sampleOf(samples, 'last_proof_age_seconds', shop)).toBe(7.5);
    expect(sampleOf(samples, 'recovery_seconds', shop)).toBe(90.5);
    expect(sampleOf(samples, 'rpo_seconds', shop)).toBe(86_400);
    expect(sampleOf(samples, 'open_runs', { ...shop, kind: 'backup' })).toBe(1);
    expect(sampleOf(samples, 'next_run_timestamp_seconds', { ...shop, kind: 'backup' })).toBe(seconds);
    for (const name of [
      'promise_kept',
      'rpo_seconds',
      'last_proof_timestamp_seconds',
      'last_verified_timestamp_seconds',
    ]) {
      expect(sampleOf(samples, name, { connection: 'none' }), name).toBeUndefined();
    }
  });

  it('counts the runs by how they ended, and takes the newest success of each kind', async () => {
    const runs = [
      run({ status: 'failed', endedAt: (seconds + 60) * 1_000, totals: null }),
      run({ durationMs: 2_000, totals: { rows: 8, bytes: 16, newBytes: 5 } }),
      run({ endedAt: 0, durationMs: 9_000 }),
      run({ kind: 'sweep', connection: '', totals: null }),
    ];
    const samples = await measure({ runs });
    const shop = { connection: 'shop', kind: 'backup' };
    expect(sampleOf(samples, 'runs', { ...shop, status: 'completed' })).toBe(2);
    expect(sampleOf(samples, 'runs', { ...shop, status: 'failed' })).toBe(1);
    expect(sampleOf(samples, 'last_run_timestamp_seconds', shop)).toBe(seconds + 60);
    expect(sampleOf(samples, 'last_success_timestamp_seconds', shop)).toBe(seconds);
    expect(sampleOf(samples, 'last_success_duration_seconds', shop)).toBe(2);
    expect(sampleOf(samples, 'last_backup_rows', { connection: 'shop' })).toBe(8);
    expect(sampleOf(samples, 'last_backup_new_bytes', { connection: 'shop' })).toBe(5);
    expect(sampleOf(samples, 'runs', { connection: '', kind: 'sweep', status: 'completed' })).toBe(1);
  });

  it('is two registries when it is built twice: nothing is kept between scrapes', async () => {
    await measure({ runs: [run({})] });
    expect((await measure({})).map(({ name }) => name)).toEqual(['holdfast_build_info']);
  });
});

describe('the parser of the tests', () => {
  const block = '# HELP a b\n# TYPE a gauge\n';
  it.each([
    ['a 1', /does not end/],
    ['a 1\n', /outside its block/],
    [`${block}a{x=1} 1\n`, /No sample/],
    [`${block}a{x="1"} 1\na{x="1"} 2\n`, /stands twice/],
    [`${block}a 1\n# HELP b c\n# TYPE b gauge\n# HELP a b\n`, /two blocks/],
    ['# HELP a b\n# TYPE a kettle\n', /No type/],
  ])('refuses %j', (text, said) => {
    expect(() => parsePrometheus(text)).toThrow(said);
  });
});
