import { describe, expect, it } from 'vitest';
import type { S3Settings } from '#lib/config/s3-settings.ts';
import { checkRepository } from '#lib/doctor/check-repository.ts';
import type { S3Options } from '#lib/repository/s3-client.ts';
import type { S3ServerOptions } from '#tests/support/s3-options.ts';
import { type S3TestServer, startS3Server } from '#tests/support/s3-server.ts';

const encryption = { key: null, oldKeys: [] };

/** What the doctor says of a bucket, by the names of its checks. */
async function examine(server: S3TestServer, options: S3Options = {}) {
  const s3 = { endpoint: server.endpoint, credentials: server.account, maxAttempts: 2, ...options };
  const checks = await checkRepository({ repository: `s3://${server.bucket}/p`, s3, encryption });
  return {
    failed: checks.filter(({ passed }) => !passed).map(({ name }) => name),
    said: new Map(checks.map(({ name, detail }) => [name, detail])),
    hints: checks.filter(({ passed }) => !passed).map(({ hint }) => hint),
  };
}

describe('holdfast doctor of a bucket', () => {
  it('tells what it can do, and leaves nothing behind', async () => {
    await using server = await startS3Server();
    const { failed, said } = await examine(server);
    expect(failed).toEqual([]);
    expect(said.get('repository')).toMatch(/none yet/);
    expect(said.get('write, read, list, delete')).toMatch(/written, read, listed and deleted in \d+ ms/);
    expect(said.get('conditional put')).toMatch(/was refused: of two writers the store picks one/);
    expect(said.get('checksums')).toBe('the store refuses a wrong CRC32');
    expect(said.get('encryption by the store')).toBe('the store tells of none');
    expect(said.get('storage class')).toBe('STANDARD');
    expect(said.get('versions, Object Lock')).toBe('versions: off, Object Lock: off');
    expect(said.get('lifecycle')).toBe('no rule expires objects, no rule ends unfinished uploads');
    expect(said.get('clock, latency')).toMatch(/^the store's clock agrees, \d+ ms to an answer$/);
    expect([...server.state.objects.keys()]).toEqual([]);
  });

  it.each<[string, S3ServerOptions, S3Settings, string, RegExp]>([
    ['ignores conditions', { conditionalPut: 'ignored' }, {}, 'conditional put', /was taken/],
    ['refuses conditions', { conditionalPut: 'refused' }, {}, 'conditional put', /not known/],
    ['ignores checksums', { checksums: 'ignored' }, {}, 'checksums', /takes a wrong CRC32/],
    ['refuses checksums', { checksums: 'refused' }, {}, 'checksums', /does not take CRC32/],
    ['encrypts', {}, { serverSideEncryption: 'aws:kms', kmsKeyId: 'k' }, 'encryption by the store', /^aws:kms$/],
    ['has the class', {}, { storageClass: 'GLACIER_IR' }, 'storage class', /^GLACIER_IR$/],
    [
      'locks its versions',
      { versions: 'on', objectLock: { mode: 'COMPLIANCE', days: 30 } },
      {},
      'versions, Object Lock',
      /^versions: on, Object Lock: COMPLIANCE, 30 days$/,
    ],
    ['is a little ahead', { clockAheadMs: 90_000 }, {}, 'clock, latency', /^the store's clock is 1m (29|30|31)s ahead/],
    [
      'expires other objects',
      {
        lifecycle:
          '<Rule><ID>a</ID><Status>Enabled</Status><Filter><Prefix>logs/</Prefix></Filter><Expiration><Days>1</Days></Expiration></Rule><Rule><ID>b</ID><Status>Enabled</Status><Filter></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>',
      },
      {},
      'lifecycle',
      /^no rule expires objects, unfinished uploads are ended$/,
    ],
  ])('says so where the store %s', async (_name, server, settings, check, detail) => {
    await using started = await startS3Server(server);
    const { failed, said } = await examine(started, settings);
    expect(said.get(check)).toMatch(detail);
    expect(failed).toEqual([]);
    expect([...started.state.objects.keys()]).toEqual([]);
  });

  it.each<[string, S3ServerOptions, S3Settings, string, RegExp]>([
    [
      'encryption',
      { encryption: 'ignored' },
      { serverSideEncryption: 'AES256' },
      'encryption by the store',
      /AES256 was asked/,
    ],
    ['a CRC32', { checksums: 'ignored' }, { checksums: 'on' }, 'checksums', /takes a wrong CRC32/],
    ['the time', { clockAheadMs: -600_000 }, {}, 'clock, latency', /behind/],
    [
      'what it is given',
      {
        lifecycle:
          '<Rule><ID>thirty days</ID><Status>Enabled</Status><Filter></Filter><Expiration><Days>30</Days></Expiration></Rule>',
      },
      {},
      'lifecycle',
      /by the rules thirty days$/,
    ],
    ['nothing at all', { lie: () => 'store-nothing' }, {}, 'repository', /does not give back what was written/],
  ])('fails where the store does not keep %s', async (_name, server, settings, check, detail) => {
    await using started = await startS3Server(server);
    const { failed, said, hints } = await examine(started, settings);
    expect(failed).toEqual([check]);
    expect(said.get(check)).toMatch(detail);
    expect(hints.join()).not.toBe('');
  });

  it('is content with a key that may neither delete nor ask', async () => {
    await using server = await startS3Server();
    const Resource = [`arn:aws:s3:::${server.bucket}`, `arn:aws:s3:::${server.bucket}/p/*`];
    const Statement = [{ Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetObject', 's3:PutObject'], Resource }];
    const credentials = server.addAccount({ policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
    const { failed, said } = await examine(server, { credentials });
    expect(failed).toEqual([]);
    expect(said.get('versions, Object Lock')).toBe('versions: not known, Object Lock: not known');
    expect(said.get('lifecycle')).toBe('not known');
    expect(said.get('delete')).toMatch(/may not delete: right for a role of backups alone.*p\/probes\//);
  });

  it('names what is wrong where nothing can be stored', async () => {
    await using server = await startS3Server();
    const { failed, said } = await examine(server, { credentials: server.readOnlyAccount });
    expect(failed).toEqual(['repository']);
    expect(said.get('repository')).toMatch(/Cannot write .*access denied/);
  });
});
