import { describe, expect, it } from 'vitest';
import { UsageError } from '#lib/errors/usage-error.ts';
import { planPgDumpArguments } from '#lib/schema/pg-dump-arguments.ts';
import { planLibpqEnvironment } from '#lib/schema/plan-libpq-environment.ts';

describe('planLibpqEnvironment', () => {
  it('takes everything from the URL, decoded, and nothing of libpq from outside', () => {
    const base = { PATH: '/bin', HOME: '/root', PGHOST: 'wrong', PGSERVICE: 'x', LC_MESSAGES: 'de', UNSET: undefined };
    const url = 'postgres://us%40er:p%2Fw%20d@[::1]:5433/my%20db=x?sslmode=verify-full&sslrootcert=/ca.pem&pool=3';
    expect(planLibpqEnvironment({ url, base })).toEqual({
      ...{ PATH: '/bin', HOME: '/root', LC_ALL: 'C', PGAPPNAME: 'holdfast' },
      ...{ PGHOST: '::1', PGPORT: '5433', PGUSER: 'us@er', PGPASSWORD: 'p/w d', PGDATABASE: 'my db=x' },
      ...{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca.pem' },
    });
  });

  it('leaves out what the URL does not say', () => {
    expect(planLibpqEnvironment({ url: 'postgresql://host/db?host=/var/run/postgresql', base: {} })).toEqual({
      ...{ LC_ALL: 'C', PGAPPNAME: 'holdfast', PGHOST: '/var/run/postgresql', PGDATABASE: 'db' },
    });
  });

  it('shows no password when the URL does not parse', () => {
    const plan = () => planLibpqEnvironment({ url: 'mysql://u:secret@h/d', base: {} });
    expect(plan).toThrow(UsageError);
    expect(plan).not.toThrow(/secret/);
  });
});

describe('planPgDumpArguments', () => {
  it('asks for a schema-only archive with a bounded wait, without subscriptions unless they are wanted', () => {
    expect(planPgDumpArguments({ snapshot: '0003-1', lockTimeoutMs: 900 })).toEqual([
      ...['--format=custom', '--schema-only', '--compress=0', '--encoding=UTF8', '--no-password'],
      ...['--lock-wait-timeout=900', '--snapshot=0003-1', '--no-subscriptions'],
    ]);
    const excludes = { subscriptions: false, publications: true, schemas: ['holdfast'], tables: ['a.*'] };
    expect(planPgDumpArguments({ lockTimeoutMs: 900, excludes }).slice(6)).toEqual([
      ...['--no-publications', '--exclude-schema=holdfast', '--exclude-table=a.*'],
    ]);
  });
});
