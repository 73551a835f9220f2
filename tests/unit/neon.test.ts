import { RetryAfterError } from 'inngest';
import { describe, expect, it } from 'vitest';
import { carryError } from '#inngest/carried-error.ts';
import { bareConnection } from '#lib/config/bare-connection.ts';
import type { NeonBranch } from '#lib/cutover/cutover.ts';
import { findObstacle, planBranchNames } from '#lib/cutover/neon-branch/plan-neon-branch.ts';
import { rollbackFailed } from '#lib/cutover/neon-branch/rollback-failed.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { classifyNeonAnswer, parseRetryAfter } from '#lib/neon/classify-neon-answer.ts';
import { readBranch } from '#lib/neon/list-branches.ts';
import { locate } from '#lib/postgres/place.ts';

const runId = '20261121T014500Z-x7k2qd';

describe('an answer of Neon’s API', () => {
  it.each([
    [423, 'UnavailableError', 'neon_locked'],
    [429, 'UnavailableError', 'neon_throttled'],
    [500, 'UnavailableError', 'neon_unavailable'],
    [503, 'UnavailableError', 'neon_unavailable'],
    [401, 'RefusedError', 'neon_key_refused'],
    [403, 'RefusedError', 'neon_no_right'],
    [404, 'RefusedError', 'neon_not_found'],
    [409, 'RefusedError', 'neon_refused'],
    [422, 'RefusedError', 'neon_refused'],
  ])('with status %i is a %s', (status, name, code) => {
    const error = classifyNeonAnswer('create branch x', { status, message: 'no', retryAfterMs: 7_000 });
    expect(error).toMatchObject({ name, code, message: `Neon’s API answered ${status} to “create branch x”: no` });
    expect(error.hint).not.toBe('');
    if (error instanceof UnavailableError) expect(error.retryAfterMs).toBe(7_000);
  });

  it('says how long to wait in seconds or as a time', () => {
    const now = new Date('2026-11-21T12:00:00Z');
    expect(parseRetryAfter('30', now)).toBe(30_000);
    expect(parseRetryAfter('Sat, 21 Nov 2026 12:01:00 GMT', now)).toBe(60_000);
    expect(parseRetryAfter('Sat, 21 Nov 2026 11:00:00 GMT', now)).toBe(0);
    expect(parseRetryAfter('soon', now)).toBeUndefined();
    expect(parseRetryAfter(undefined, now)).toBeUndefined();
  });

  it('may leave out what the description promises', () => {
    // What Neon’s older branches have: `primary` in place of `default`, and nothing of protection.
    const bare: unknown = { id: 'br-1', name: 'main', primary: true };
    expect(readBranch(bare as Parameters<typeof readBranch>[0])).toEqual({
      ...{ id: 'br-1', name: 'main', parent: null, default: true, protected: false },
      restoreForbidden: undefined,
    });
  });
});

describe('a step that was asked to wait', () => {
  const fail = (retryAfterMs: number | undefined): UnavailableError =>
    new UnavailableError('busy', { code: 'neon_throttled', hint: 'Wait.', retryAfterMs });
  const delayOf = (error: Error): number => {
    if (!(error instanceof RetryAfterError)) throw error;
    return Number(error.retryAfter) * 1_000;
  };

  it('waits at least so long, and no longer than is sensible', () => {
    expect(delayOf(carryError(fail(undefined), { attempt: 1, firstDelayMs: 1_000 }))).toBe(3_000);
    expect(delayOf(carryError(fail(1_000), { attempt: 1, firstDelayMs: 1_000 }))).toBe(3_000);
    expect(delayOf(carryError(fail(120_000), { attempt: 0, firstDelayMs: 1_000 }))).toBe(120_000);
    expect(delayOf(carryError(fail(1e9), { attempt: 0, firstDelayMs: 1_000 }))).toBe(900_000);
  });
});

describe('the plan of a branch restore', () => {
  const branch = {
    ...{ id: 'br-1', name: 'main', parent: null, default: true, protected: false },
    restoreForbidden: undefined,
  };
  const live = {
    ...{ database: 'shop', oid: '16400', major: 17, role: 'app' },
    ...{ mayCreateDatabases: true, ownsDatabase: true },
  };
  const facts = { branch, live, maintenance: 'postgres', neighbours: [] };

  it('has nothing against a branch of one database', () => {
    expect(findObstacle(facts)).toBeUndefined();
  });

  it.each([
    [{ branch: { ...branch, protected: true } }, /protected/],
    [{ branch: { ...branch, restoreForbidden: 'a snapshot is being restored' } }, /a snapshot is being restored/],
    [{ live: { ...live, major: 14 } }, /PostgreSQL 14/],
    [{ live: { ...live, mayCreateDatabases: false } }, /may not create databases/],
    [{ live: { ...live, ownsDatabase: false } }, /does not own database shop/],
    [{ maintenance: null }, /no other database/],
    [{ neighbours: ['blog', 'wiki'] }, /blog, wiki too/],
  ])('names what stands in its way: %o', (changed, because) => {
    const obstacle = findObstacle({ ...facts, ...changed });
    expect(obstacle?.because).toMatch(because);
    expect(obstacle?.hint).toMatch(/\.$/);
  });

  it('names branches by the run, within Neon’s 256 characters', () => {
    const names = Object.values(planBranchNames(runId));
    expect(new Set(names).size).toBe(3);
    expect(names.every((name) => name.endsWith(runId) && name.length < 256)).toBe(true);
  });
});

describe('the place of a branch', () => {
  const at = (url: string, host: string): string => locate(bareConnection('neon', url), { database: null, host }).url;

  it('is the same URL with another host, wherever the URL names the endpoint', () => {
    const host = 'ep-cold-sun-2.eu-central-1.aws.neon.tech';
    expect(at('postgres://app:pw@ep-warm-sea-1-pooler.eu-central-1.aws.neon.tech/shop?sslmode=require', host)).toBe(
      `postgres://app:pw@${host}/shop?sslmode=require`,
    );
    const named = 'postgres://app:pw@ep-warm-sea-1.aws.neon.tech:5433/shop?options=endpoint%3Dep-warm-sea-1+-c+a%3Db';
    expect(at(named, host)).toBe(`postgres://app:pw@${host}/shop?options=endpoint%3Dep-cold-sun-2+-c+a%3Db`);
    expect(at(named, '127.0.0.1:7000')).toContain('@127.0.0.1:7000/shop');
  });
});

describe('a rollback that Neon refuses', () => {
  const details: NeonBranch = {
    strategy: 'neon-branch',
    ...{ project: 'p', branch: 'br-1', branchName: 'main', database: 'shop' },
    ...{ liveOid: '1', stagingOid: '2', maintenance: 'postgres', stagingBranch: 'br-2', preservedBranch: 'br-3' },
    ...{ ...planBranchNames(runId), rolledBackBranch: null },
  };

  it('says what both branches hold and the request that does it by hand', () => {
    const refused = new RefusedError('no', { code: 'neon_refused', hint: '' });
    expect(rollbackFailed(refused, details)).toMatchObject({
      ...{ name: 'RollbackFailedError', exitCode: 7 },
      message: `Database shop of branch main still has the restored content, and branch holdfast-before-${runId} its former one: no`,
      hint: expect.stringContaining('POST /projects/p/branches/br-1/restore with {"source_branch_id":"br-3"'),
    });
  });

  it('is tried again where that can help', () => {
    const busy = new UnavailableError('busy', { code: 'neon_locked', hint: '' });
    expect(rollbackFailed(busy, details)).toBe(busy);
  });
});
