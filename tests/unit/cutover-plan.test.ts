import { describe, expect, it } from 'vitest';
import type { NeonBranch } from '#lib/cutover/cutover.ts';
import { type CutoverWishes, planCutover } from '#lib/cutover/plan-cutover.ts';
import type { TargetFacts } from '#lib/cutover/read-target-facts.ts';

const runId = '20261121T014500Z-x7k2qd';

/** A shop with content, whose owner may do everything a swap needs. */
function factsOf(some: Partial<TargetFacts> = {}, server: Partial<TargetFacts['server']> = {}): TargetFacts {
  return {
    server: {
      ...{ version: '18.1', major: 18, database: 'shop', role: 'app', superuser: false, encoding: 'UTF8' },
      ...{ collation: 'C', characterType: 'C', systemIdentifier: '1', databaseOid: '5', databaseBytes: '8000000' },
      ...{ inRecovery: false, connections: { free: 96, bound: 'server', limit: 100 }, neon: false },
      ...server,
    },
    ...{ owner: 'app', ownsDatabase: true, mayGiveToOwner: true, mayCreateDatabases: true, closedTablespace: null },
    ...{ maintenance: 'postgres', content: 'the database holds 3 objects, first table public.orders', neighbours: [] },
    ...{ clients: [], prepared: [], slots: [], subscriptions: [], pooled: false },
    ...some,
  };
}

const neonDetails: NeonBranch = {
  ...{ strategy: 'neon-branch', project: 'blue-sky', branch: 'br-1', branchName: 'main', database: 'shop' },
  ...{ liveOid: '5', stagingOid: '6', maintenance: 'postgres', stagingName: 's', stagingBranch: null },
  ...{ preservedName: 'p', preservedBranch: null, rolledBackName: 'r', rolledBackBranch: null },
};
const onNeon = { because: 'the target is branch main of the Neon project blue-sky', details: neonDetails };
const notOnNeon = { because: 'the branch cannot be restored', hint: 'Do something about the branch.' };

function plan(wishes: Partial<CutoverWishes> = {}) {
  const { cutover, checks } = planCutover({
    ...{ runId, target: 'neon', requested: undefined, replace: false, neon: undefined, facts: factsOf() },
    ...wishes,
  });
  return { cutover, checks, failed: checks.filter(({ passed }) => !passed) };
}

/** The strategy, and what is said of it. */
function choice(wishes: Partial<CutoverWishes>): [string | undefined, string | undefined] {
  const { cutover, checks } = plan(wishes);
  return [cutover?.details.strategy, checks.find(({ name }) => name === 'cut-over')?.detail];
}

describe('the choice of a strategy', () => {
  it.each<[string, Partial<CutoverWishes>, string, string]>([
    ['a branch that can be restored', { neon: onNeon }, 'neon-branch', onNeon.because],
    ['an empty target', { facts: factsOf({ content: undefined }) }, 'in-place', 'database shop is empty'],
    ['a target to replace', { replace: true }, 'in-place', 'what database shop holds is to be replaced'],
    ['a role that can create databases', {}, 'database-swap', 'role app can create databases'],
    ['a branch that cannot be restored', { neon: notOnNeon }, 'database-swap', 'role app can create databases'],
    [
      'a strategy asked for by name',
      { requested: 'database-swap', neon: onNeon, facts: factsOf({ content: undefined }) },
      'database-swap',
      'role app can create databases',
    ],
  ])('goes by the target: %s', (_what, wishes, strategy, because) => {
    expect(choice(wishes)).toEqual([strategy, `${strategy}: ${because}`]);
    expect(plan(wishes).failed).toEqual([]);
    expect(plan(wishes).cutover).toMatchObject({
      run: runId,
      target: 'neon',
      because,
      state: 'planned',
      staging: null,
    });
  });

  it('replaces nothing where there is nothing', () => {
    const empty = factsOf({ content: undefined });
    expect(plan({ replace: true, facts: empty }).cutover?.details).toMatchObject({
      replace: false,
      safetyBackup: null,
    });
    expect(plan({ replace: true }).cutover?.details).toMatchObject({ replace: true, safetyBackup: null });
  });

  it('refuses where no way is open, and says which statement or option opens one', () => {
    const { cutover, failed } = plan({ facts: factsOf({ mayCreateDatabases: false }) });
    expect(cutover).toBeUndefined();
    expect(failed).toEqual([
      {
        name: 'cut-over',
        object: 'connection neon',
        passed: false,
        detail: 'the database holds 3 objects, first table public.orders, and role app may not create databases',
        hint: 'alter role "app" createdb; Or replace what it holds, after a safety backup: --replace.',
      },
    ]);
  });

  it.each<[Partial<CutoverWishes>, RegExp, RegExp]>([
    [{ requested: 'neon-branch' }, /^neon-branch: connection neon has no Neon project/, /NEON_API_KEY/],
    [{ requested: 'neon-branch', neon: notOnNeon }, /^neon-branch: the branch cannot be restored/, /about the branch/],
    [{ requested: 'in-place' }, /^in-place: the database holds 3 objects/, /--replace/],
    [{ facts: factsOf({ ownsDatabase: false, owner: 'o' }) }, /does not own database shop/, /owner to "app";/],
    [{ facts: factsOf({ mayGiveToOwner: false, owner: 'o' }) }, /belongs to o/, /grant "o" to "app"/],
    [{ facts: factsOf({ closedTablespace: 'ssd' }) }, /tablespace ssd/, /grant create on tablespace "ssd" to "app"/],
    [{ facts: factsOf({ maintenance: null }) }, /can connect to no other database/, /grant connect on database/],
  ])('refuses %j with a reason and a way out', (wishes, detail, hint) => {
    const { cutover, failed } = plan({ requested: 'database-swap', ...wishes });
    expect(cutover).toBeUndefined();
    expect(failed).toHaveLength(1);
    expect(failed[0]?.detail).toMatch(detail);
    expect(failed[0]?.hint).toMatch(hint);
  });
});

describe('the guards of a swap', () => {
  it.each<[string, TargetFacts, string, RegExp]>([
    ['a pooler', factsOf({ pooled: true }), 'direct endpoint', /transaction mode/],
    ['a standby', factsOf({}, { inRecovery: true }), 'primary', /standby/],
    ['a prepared transaction', factsOf({ prepared: ['x', 'y'] }), 'prepared transactions', /2, first x/],
    ['a replication slot', factsOf({ slots: ['news'] }), 'replication', /replication slot news/],
    ['a subscription', factsOf({ subscriptions: ['sub'] }), 'replication', /subscription sub/],
    ['its own names taken', factsOf({ neighbours: [`shop__before_${runId}`] }), 'leftovers', /is there already/],
  ])('refuse %s', (_what, facts, name, detail) => {
    const { failed } = plan({ facts });
    expect(failed).toMatchObject([{ name, detail: expect.stringMatching(detail) }]);
    expect(failed[0]?.hint).not.toBe('');
  });

  it('name live clients, and what earlier runs have left, without refusing', () => {
    const earlier = 'shop__before_20261120T014500Z-aaaaaa';
    const { checks, failed } = plan({
      facts: factsOf({
        neighbours: ['postgres', earlier, `shopping__before_${runId}`],
        clients: [
          { application: 'web', role: 'app', count: 12, mayEnd: true },
          { application: '', role: 'root', count: 1, mayEnd: false },
        ],
      }),
    });
    expect(failed).toEqual([]);
    const told = new Map(checks.map(({ name, detail }) => [name, detail]));
    expect(told.get('live connections')).toBe(
      '13 will be disconnected by the cut-over: 12 of web, 1 of role root (role root: app may not end them)',
    );
    expect(told.get('leftovers')).toBe(`${earlier}, of earlier runs`);
    expect(told.get('disk space')).toBe('cannot be asked for; the copy will lie beside the present database of 8 MB');
  });

  it('know the names of this run by their place in the plan', () => {
    expect(plan().cutover?.details).toEqual({
      ...{ strategy: 'database-swap', maintenance: 'postgres', live: 'shop', liveOid: '5', stagingOid: null },
      ...{
        staging: `shop__staging_${runId}`,
        before: `shop__before_${runId}`,
        rolledBack: `shop__rolled_back_${runId}`,
      },
    });
  });
});
