import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findConnection } from '#lib/config/find-connection.ts';
import { parseDuration } from '#lib/config/parse-duration.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { holdfastVersion } from '#lib/config/version.ts';

describe('resolveConfig', () => {
  it('makes production and neon of the two well-known variables, and a connection of each named one', () => {
    const config = resolveConfig(undefined, {
      DATABASE_URL: 'postgres://a@h/1',
      NEON_DATABASE_URL: 'postgres://a@h/2',
      HOLDFAST_DATABASE_REPORTS_URL: 'postgres://a@h/3',
    });
    expect([...config.connections].map(([name, { url }]) => [name, url])).toEqual([
      ['production', 'postgres://a@h/1'],
      ['neon', 'postgres://a@h/2'],
      ['reports', 'postgres://a@h/3'],
    ]);
    expect(config.repository).toBe('file:.holdfast/repository');
  });

  it('lays what a person wrote over the variables', () => {
    const written = {
      connections: { production: { protected: true, excludeSchemas: ['tmp'] }, other: { urlFrom: 'X' } },
    };
    const config = resolveConfig(written, { DATABASE_URL: 'postgres://a@h/1', X: 'postgres://a@h/x' });
    expect(config.connections.get('production')).toMatchObject({ url: 'postgres://a@h/1', protected: true });
    expect(config.connections.get('other')?.url).toBe('postgres://a@h/x');
  });

  it('takes the step budget of the environment before that of the file', () => {
    const config = resolveConfig({ stepBudget: '10s' }, { HOLDFAST_STEP_BUDGET: '1500ms' });
    expect(config.stepBudgetMs).toBe(1_500);
  });

  it.each([
    [{ lanes: 0 }, /lanes/],
    [{ conections: {} }, /conections/],
    [{ connections: { Production: {} } }, /lower case/],
    [{ s3: { storageClass: 'DEEP_ARCHIVE' } }, /s3\.storageClass/],
    [{ s3: { kmsKeyId: 'key' } }, /kmsKeyId/],
    [{ s3: { endpoint: 'minio:9000' } }, /s3\.endpoint/],
    [{ s3: { accessKeyId: 'AKIA' } }, /accessKeyId/],
    [{ s3: { idleTimeout: 'soon' } }, /s3\.idleTimeout is not a duration: "soon"/],
    [{ stepBudget: 'soon' }, /HOLDFAST_STEP_BUDGET is not a duration: "soon"/],
  ])('names the field that does not parse: %j', (written, message) => {
    expect(() => resolveConfig(written, {})).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
  });

  it('takes the S3 endpoint from the standard variables, the S3 one first', () => {
    const config = resolveConfig(
      {},
      { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_S3: 'http://b', AWS_REGION: 'auto' },
    );
    expect(config.s3).toMatchObject({ endpoint: 'http://b', region: 'auto' });
  });

  it('takes what is written of the bucket over the variables, which say where a function runs', () => {
    const s3 = { endpoint: 'https://s3.example.com', region: 'eu-1', maxAttempts: 3, requestTimeout: '2m' };
    const environment = { AWS_ENDPOINT_URL_S3: 'http://b', AWS_REGION: 'us-east-1', AWS_MAX_ATTEMPTS: '9' };
    const { timeouts, ...rest } = resolveConfig({ s3 }, environment).s3;
    expect(rest).toMatchObject({
      endpoint: 'https://s3.example.com',
      region: 'eu-1',
      maxAttempts: 3,
      checksums: 'auto',
    });
    expect(timeouts).toEqual({ connect: 10_000, idle: 60_000, request: 120_000 });
    expect(resolveConfig({}, environment).s3).toMatchObject({
      endpoint: 'http://b',
      region: 'us-east-1',
      maxAttempts: 9,
    });
    expect(resolveConfig({}, { AWS_MAX_ATTEMPTS: 'many', AWS_REGION: '' }).s3).toMatchObject({
      ...{ maxAttempts: undefined, region: undefined, endpoint: undefined },
    });
  });
});

describe('findConnection', () => {
  it('lists the names there are and says which variable is missing', () => {
    const config = resolveConfig({}, { DATABASE_URL: 'postgres://a@h/1' });
    expect(() => findConnection(config, 'next-door')).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: 'There is no connection "next-door". Known: production.',
        hint: expect.stringContaining('HOLDFAST_DATABASE_NEXT_DOOR_URL'),
      }),
    );
  });
});

describe('parseDuration', () => {
  it.each([
    ['240', 240_000],
    ['1.5s', 1_500],
    ['90m', 5_400_000],
    ['7d', 604_800_000],
    ['200ms', 200],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text, 'x')).toBe(ms);
  });
});

describe('holdfastVersion', () => {
  it('is that of the package', () => {
    const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(manifest).toMatchObject({ version: holdfastVersion });
  });
});
