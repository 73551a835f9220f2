import { describe, expect, it } from 'vitest';
import { requireNoConflict } from '#app/cutover/cutover-choice.ts';
import { requireConsent, requireRightName } from '#app/cutover/require-consent.ts';
import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { planTableList } from '#app/recovery/plan-table-list.ts';
import { mostPatterns, parseRecoveryChoice, recoveryAddress, toRecoveryBody } from '#app/recovery/recovery-choice.ts';
import { refusalOfBackup } from '#app/restore/refusal-of-backup.ts';
import { parseRestoreChoice, restoreAddress, toRestoreBody } from '#app/restore/restore-choice.ts';
import { restoreBody } from '#app/restore/start-restore.ts';
import { parseTransferChoice, toTransferBody } from '#app/transfer/transfer-choice.ts';
import { eachOnce } from '#lib/cutover/preview-cutover.ts';
import { splitConsent } from '#lib/cutover/split-consent.ts';
import { chooseTables, listTables, patternOf } from '#lib/recovery/choice/choose-tables.ts';
import type { Check } from '#lib/report/check.ts';
import { makeBackup } from '#tests/unit/recovery/make-backup.ts';

const check = (name: string, passed: boolean): Check => ({
  ...{ name, object: 'connection live', passed, detail: `${name} detail`, hint: `${name} hint` },
});

/** The choice of an address, as Next.js gives its query to a page. */
function queryOf(address: string): Record<string, string | string[]> {
  const { searchParams } = new URL(address, 'http://here');
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

describe('the choice of a restore', () => {
  it('comes back from its address as it was', () => {
    const choice = parseRestoreChoice({
      ...{ backup: '20261121T014500Z-x7k2qd', from: 'source', to: 'live', strategy: 'in-place', proof: 'counts' },
      ...{ replace: 'on', requireApproval: 'on', keepStaging: 'on', beside: 'on' },
    });
    expect(parseRestoreChoice(queryOf(restoreAddress(choice)))).toEqual(choice);
  });

  it('asks for what was chosen, and says nothing of the rest', () => {
    const choose = (query: Record<string, string>) => toRestoreBody(parseRestoreChoice(query));
    expect(choose({ backup: 'latest' })).toBeUndefined();
    expect(choose({ to: 'live' })).toBeUndefined();
    expect(choose({ backup: 'latest', to: 'live' })).toEqual({ backup: 'latest', to: 'live' });
    const body = choose({ backup: 'latest', to: 'live', beside: 'on', replace: 'on', confirm: 'live' });
    expect(body).toEqual({ backup: 'latest', to: 'live', cutover: false, replace: true, confirm: 'live' });
    expect(restoreBody.parse(body)).toEqual(body);
  });

  it('takes nothing from an address that does not parse', () => {
    const strange = { strategy: 'magic', proof: 'none', to: 'No Such', backup: ['a', 'b'], replace: 'true' };
    const choice = parseRestoreChoice(strange);
    expect(Object.values(choice).every((value) => value === undefined)).toBe(true);
  });

  it('keeps the name that was typed and the key of one sending out of the address', () => {
    const address = restoreAddress(parseRestoreChoice({ backup: 'b', to: 'live', confirm: 'live', key: 'k' }));
    expect(address).toBe('/restore?to=live&backup=b');
  });

  it('is refused where it contradicts itself', () => {
    expect(() => requireNoConflict({ cutover: false, requireApproval: true })).toThrow(/exclude each other/);
    expect(() => requireNoConflict({ cutover: false })).not.toThrow();
    expect(() => requireNoConflict({ requireApproval: true })).not.toThrow();
  });

  it('lets nobody ask by it for a drill, or for a part of another run', () => {
    for (const more of [{ drill: true }, { parent: '20261121T000000Z-aaaaaa/restore' }, { other: 1 }]) {
      expect(restoreBody.safeParse({ backup: 'latest', to: 'live', ...more }).success).toBe(false);
    }
  });
});

describe('the choice of a transfer', () => {
  it('asks for what was chosen', () => {
    const body = toTransferBody(parseTransferChoice({ from: 'a', to: 'b', fence: 'on', requireApproval: 'on' }));
    expect(body).toEqual({ from: 'a', to: 'b', fence: true, requireApproval: true });
    expect(toTransferBody(parseTransferChoice({ from: 'a' }))).toBeUndefined();
  });
});

describe('the word for it', () => {
  it('is wanted by what is protected, replaced, or the source itself, and by nothing else', () => {
    const wanting = ['protection', 'confirmation', 'not the source'].map((name) => check(name, false));
    const standing = ['encoding', 'one restore at a time', 'cut-over'].map((name) => check(name, false));
    const parted = splitConsent([check('roles', true), ...wanting, ...standing]);
    expect(parted).toEqual({ problems: standing, consent: wanting });
  });

  it('is the name of the target, and no word helps against what stands in the way', () => {
    const consent = [check('protection', false)];
    expect(() => requireConsent({ problems: [], consent }, { to: 'live' })).toThrow(/protection detail/);
    expect(() => requireConsent({ problems: [], consent }, { to: 'live', confirm: 'live' })).not.toThrow();
    const problems = [check('encoding', false)];
    const given = { to: 'live', confirm: 'live' };
    expect(() => requireConsent({ problems, consent }, given)).toThrow(
      expect.objectContaining({ code: 'preflight_encoding', hint: 'encoding hint' }),
    );
    expect(() => requireConsent({ problems: [], consent: [] }, { to: 'live' })).not.toThrow();
  });

  it('is looked at first', () => {
    const wrong = expect.objectContaining({ code: 'wrong_confirmation' });
    for (const confirm of ['liv', 'LIVE', 'live ', '']) {
      expect(() => requireRightName({ to: 'live', confirm })).toThrow(wrong);
    }
    expect(() => requireRightName({ to: 'live' })).not.toThrow();
    expect(() => requireRightName({ to: 'live', confirm: 'live' })).not.toThrow();
  });

  it('counts a check once that two preflights made, by the one that did not pass', () => {
    const [good, bad] = [check('direct endpoint', true), check('direct endpoint', false)];
    expect(eachOnce([good, bad, check('roles', true)])).toEqual([bad, check('roles', true)]);
    expect(eachOnce([good, good])).toEqual([good]);
  });
});

describe('a backup to choose', () => {
  it('says why it cannot be taken', () => {
    const marks = { pinned: false, proven: true, verified: false, damaged: false };
    expect(refusalOfBackup({ marks, problem: null })).toBeNull();
    expect(refusalOfBackup({ marks: { ...marks, damaged: true }, problem: null })).toMatch(/found damage/);
    const problem = { name: 'DamagedError', code: 'object_changed', message: 'It was changed.', hint: '' };
    expect(refusalOfBackup({ marks, problem })).toBe('Not to be restored: It was changed.');
  });
});

describe('the tables of a recovery', () => {
  const named = ['orders', 'Odd "Name"', 'a.b', 'order_items'];
  const backup = makeBackup(
    named.map((name) => ({ name, definition: `CREATE TABLE public.x (id integer);`, columns: ['id'] })),
  );

  it('are each named by a pattern that takes this one only', () => {
    for (const table of listTables(backup)) {
      const { tables } = chooseTables(backup, [patternOf(table)]);
      expect(tables.map(({ name }) => name)).toEqual([table.name]);
    }
  });

  it('are listed by a part of their names, without the chosen ones', () => {
    const all = listTables(backup);
    const list = planTableList(all, { chosen: ['"public"."orders"', 'shop.*'], filter: ' ORDER' });
    expect(list.chosen.map(({ name, rows }) => [name, rows !== null])).toEqual([
      ['public.orders', true],
      ['shop.*', false],
    ]);
    expect(list.shown.map(({ name }) => name)).toEqual(['public.order_items']);
  });

  it('are shown a hundred at a time, and the rest is counted', () => {
    const many = Array.from({ length: 2_500 }, (_, n) => ({
      ...{ schema: 'public', name: `t${n}`, rows: '0', reason: null },
    }));
    const list = planTableList(many, { chosen: [], filter: '' });
    expect([list.shown.length, list.more]).toEqual([100, 2_400]);
    expect(planTableList(many, { chosen: [], filter: 't249' }).shown).toHaveLength(11);
  });

  it('come back from the address, and ask for nothing before all is chosen', () => {
    const query = { backup: 'b', from: 'source', to: 'live', schema: 'rescue', step: 'check' };
    const choice = parseRecoveryChoice({ ...query, tables: ['"public"."a.b"', '', 'shop.*', 'shop.*'] });
    expect(choice.tables).toEqual(['"public"."a.b"', 'shop.*']);
    expect(parseRecoveryChoice(queryOf(recoveryAddress(choice)))).toEqual(choice);
    const body = { backup: 'b', from: 'source', to: 'live', schema: 'rescue', tables: choice.tables };
    expect(toRecoveryBody(choice)).toEqual(body);
    expect(toRecoveryBody({ ...choice, step: 'choose' })).toBeUndefined();
    expect(toRecoveryBody({ ...choice, tables: [] })).toBeUndefined();
    expect(parseRecoveryChoice({ tables: 'one' }).tables).toEqual(['one']);
    const most = Array.from({ length: 300 }, (_, n) => `t${n}`);
    expect(parseRecoveryChoice({ tables: most }).tables).toHaveLength(mostPatterns);
  });
});

describe('an idempotency key', () => {
  const keyOf = (key: string) => idempotencyKey(new Request('http://here', { headers: { 'idempotency-key': key } }));

  it('is visible ASCII', () => {
    expect(keyOf('b3c0a1d2')).toBe('b3c0a1d2');
    expect(idempotencyKey(new Request('http://here'))).toBeNull();
    for (const key of ['a b', 'x'.repeat(201), 'é']) {
      expect(() => keyOf(key)).toThrow(expect.objectContaining({ code: 'bad_idempotency_key' }));
    }
  });
});
