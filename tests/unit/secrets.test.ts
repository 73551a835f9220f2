import { describe, expect, it } from 'vitest';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { planDirectUrl } from '#lib/postgres/direct-url.ts';
import { maskSecrets, maskUrl } from '#lib/postgres/mask-url.ts';
import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';

describe('maskUrl', () => {
  it.each([
    ['postgres://user:s3cret@host:5433/db?sslmode=require', 'postgres://user:***@host:5433/db'],
    ['postgresql://host/db', 'postgres://host/db'],
    ['postgres://u:p%40ss@h/d%20b', 'postgres://u:***@h/d b'],
    ['postgres://u:pass word@h:99999/d', 'postgres://***'],
    ['s3cret', 'postgres://***'],
  ])('shows %s as %s', (url, shown) => {
    expect(maskUrl(url)).toBe(shown);
  });
});

describe('maskSecrets', () => {
  it('takes a password out of a text, plain and percent-encoded', () => {
    const url = 'postgres://u:p%40ss%2Fword@h/d';
    expect(maskSecrets(`tried ${url} with p@ss/word`, [url])).toBe('tried postgres://u:***@h/d with ***');
  });

  it('takes a password out that is a parameter of the URL', () => {
    const url = 'postgres://u@h/d?password=p%40ss&sslpassword=t0ken';
    expect(maskSecrets(`tried ${url} with p@ss and t0ken`, [url])).toBe(
      'tried postgres://u@h/d?password=***&sslpassword=*** with *** and ***',
    );
  });

  it('leaves a text alone where there is no password', () => {
    expect(maskSecrets('could not connect', ['postgres://u@h/d'])).toBe('could not connect');
  });
});

describe('planDirectUrl', () => {
  it.each([
    [
      'postgres://u:p@ep-cool-sun-123456-pooler.eu-central-1.aws.neon.tech/d?sslmode=require',
      'postgres://u:p@ep-cool-sun-123456.eu-central-1.aws.neon.tech/d?sslmode=require',
    ],
    ['postgres://u:p@ep-cool-sun-123456.eu-central-1.aws.neon.tech/d', undefined],
    ['postgres://u:p@my-pooler.example.com/d', undefined],
  ])('reaches the server behind %s', (url, direct) => {
    expect(planDirectUrl(url)).toEqual({ url: direct ?? url, rewritten: direct !== undefined });
  });
});

describe('quoteIdent and quoteLiteral', () => {
  it('double what would end them', () => {
    expect(quoteIdent('a"b')).toBe('"a""b"');
    expect(quoteLiteral("it's")).toBe("'it''s'");
    expect(quoteLiteral("a\\'b")).toBe("e'a\\\\''b'");
  });
});

describe('classifyError', () => {
  const driver = (code: string, message = 'm'): Error => Object.assign(new Error(message), { code });

  it.each([
    ['57P01', 'UnavailableError', true, 'connection_lost'],
    ['08006', 'UnavailableError', true, 'connection_lost'],
    ['40P01', 'UnavailableError', true, 'serialization'],
    ['53300', 'UnavailableError', true, 'server_busy'],
    ['55P03', 'UnavailableError', true, 'lock_timeout'],
    ['ECONNRESET', 'UnavailableError', true, 'connection_lost'],
    ['28P01', 'RefusedError', false, 'login_refused'],
    ['3D000', 'RefusedError', false, 'no_database'],
    ['42501', 'RefusedError', false, 'no_right'],
    ['53100', 'DatabaseError', false, 'disk_full'],
    ['42601', 'DatabaseError', false, 'sqlstate_42601'],
  ])('takes %s for %s', (code, name, retryable, told) => {
    expect(classifyError(driver(code), 'table t')).toMatchObject({
      name,
      retryable,
      code: told,
      message: 'table t: m',
    });
  });

  it('knows a lost connection that carries no code', () => {
    expect(classifyError(new Error('Connection terminated unexpectedly'), 'x')).toMatchObject({ retryable: true });
  });

  it('looks into the several addresses of one host', () => {
    const refused = new AggregateError([driver('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1')]);
    expect(classifyError(refused, 'connection production')).toMatchObject({
      code: 'unreachable',
      message: 'connection production: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});

describe('classifyError and people’s data', () => {
  it('leaves a detail out that quotes a row, and keeps one that does not', () => {
    const failing = Object.assign(new Error('violates'), {
      code: '23505',
      detail: 'Key (email)=(a@b.c) already exists.',
    });
    expect(classifyError(failing, 'table t').message).toBe('table t: violates');
    const denied = Object.assign(new Error('denied'), { code: '55006', detail: 'There is 1 other session.' });
    expect(classifyError(denied, 'database d').message).toBe('database d: denied (There is 1 other session.)');
  });
});
