import { describe, expect, it } from 'vitest';
import { explainPgDumpFailure } from '#lib/schema/explain-pg-dump-failure.ts';

const failure = { tool: 'native 15.18', exitCode: 1, elapsedMs: 10, lockTimeoutMs: 5_000 };
const explain = (stderr: string, more: { sqlstate?: string; elapsedMs?: number } = {}) => {
  const error = explainPgDumpFailure({ ...failure, stderr, ...more });
  return { name: error.name, code: error.code, message: error.message };
};
const lockQuery = 'pg_dump: detail: Query was: LOCK TABLE public.a, public.b IN ACCESS SHARE MODE';

describe('explainPgDumpFailure', () => {
  it('keeps pg_dump’s words and its exit code', () => {
    expect(explain('pg_dump: error: something odd\npg_dump: detail: more\n')).toEqual({
      name: 'DatabaseError',
      code: 'pg_dump_failed',
      message: 'pg_dump (native 15.18) failed with exit code 1: something odd detail: more',
    });
  });

  it.each([
    ['no_right', 'RefusedError', 'pg_dump: error: query failed: ERROR:  permission denied for table a'],
    ['login_refused', 'RefusedError', 'connection to server at "h" failed: FATAL:  password authentication failed'],
    ['server_too_new', 'RefusedError', 'pg_dump: error: aborting because of server version mismatch'],
    ['snapshot_lost', 'SnapshotLostError', 'ERROR:  invalid snapshot identifier: "00000003-0000001B-1"'],
    ['connection_lost', 'UnavailableError', 'pg_dump: error: connection to server at "h" failed: Connection refused'],
    ['connection_lost', 'UnavailableError', 'FATAL:  terminating connection due to administrator command'],
    ['schema_changed', 'SnapshotLostError', `ERROR:  relation "public.a" does not exist\n${lockQuery}`],
    ['lock_timeout', 'UnavailableError', `ERROR:  canceling statement due to statement timeout\n${lockQuery}`],
  ])('tells %s (%s) by the text of a native pg_dump', (code, name, stderr) => {
    expect(explain(stderr)).toMatchObject({ name, code });
  });

  it('tells by the SQLSTATE whatever the language, and does not mistake one for another', () => {
    expect(explain(`FEHLER:  Anfrage\n${lockQuery}`, { sqlstate: '57014' })).toMatchObject({ code: 'lock_timeout' });
    expect(explain('FEHLER:  keine Berechtigung', { sqlstate: '42501' })).toMatchObject({ code: 'no_right' });
    expect(explain('pg_dump: fehler', { sqlstate: '57P01' })).toMatchObject({ code: 'connection_lost' });
    expect(explain('permission denied for planet', { sqlstate: 'XX000' })).toMatchObject({ code: 'pg_dump_failed' });
  });

  it('takes a lock query that failed after the lock timeout for that timeout when nothing else tells', () => {
    expect(explain(`FEHLER\n${lockQuery}`, { elapsedMs: 6_000 })).toMatchObject({
      code: 'lock_timeout',
      message: 'pg_dump waited 5000 ms in vain for a lock on public.a, public.b.',
    });
    expect(explain(`FEHLER\n${lockQuery}`)).toMatchObject({ code: 'pg_dump_failed' });
  });

  it('abridges a flood', () => {
    expect(explain('x'.repeat(1_000_000)).message.length).toBeLessThan(1_200);
    expect(explain('').message).toContain('it said nothing');
  });
});
