import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSetupCode, redeemSetupCode } from '#lib/access/setup-code.ts';
import { createToken } from '#lib/access/token-store.ts';
import { noteTokenUse } from '#lib/access/token-use.ts';
import { writeAudit } from '#lib/audit/audit-store.ts';
import { claimDelivery, settleSent } from '#lib/hooks/delivery-store.ts';
import { createHookToken } from '#lib/hooks/hook-token-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { createS3Store } from '#lib/repository/s3-store.ts';
import { claimRequest } from '#lib/runs/request-store.ts';
import { pinBackup, unpinBackup } from '#lib/standing/pin-store.ts';
import { cliRows, createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace } from '#tests/support/cli-place.ts';
import { type S3TestServer, startS3Server } from '#tests/support/s3-server.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

const roles = ['backup', 'restore', 'prune'] as const;
type Role = (typeof roles)[number];
const prefix = 'pre/fix';

let documents: Record<string, string> = {};
beforeAll(async () => {
  const guide = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
  const found = [...guide.matchAll(/<!-- policy: (\w+) -->\s+```json\n(.*?)```/gs)];
  documents = Object.fromEntries(found.map(([, role = '', document = '']) => [role, document]));
  expect(Object.keys(documents)).toEqual([...roles]);
});

describe('the policies of docs/operations.md', () => {
  it('are enough to back up, restore and prune, each with its own key', async () => {
    await using server = await startS3Server();
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({
      DATABASE_URL: source.url,
      NEON_DATABASE_URL: target.url,
      HOLDFAST_REPOSITORY: `s3://${server.bucket}/${prefix}`,
      AWS_ENDPOINT_URL_S3: server.endpoint,
    });
    const config = join(place.folder, 'holdfast.config.ts');
    await writeFile(config, "export default { retention: { keepLast: 1 }, sweepGrace: '1ms' };\n");
    const as = (role: Role) => ({ env: { ...credentials(server, role), HOLDFAST_CONFIG: config } });

    const first = await place.runJson(['backup'], as('backup'));
    await runSql(source.url, 'update players set name = name || $$!$$');
    const second = await place.runJson(['backup'], as('backup'));
    expect(await place.runJson(['verify', 'latest'], as('restore'))).toMatchObject({ outcome: { damaged: 0 } });
    expect(await place.runJson(['restore', 'latest', '--to', 'neon'], as('restore'))).toMatchObject({
      proof: { passed: true },
    });
    expect(await runSql(target.url, 'select count(*) from sessions')).toEqual([{ count: String(cliRows.sessions) }]);

    const chunks = () => [...server.state.objects.keys()].filter((key) => key.startsWith(`${prefix}/chunks/`)).length;
    const before = chunks();
    expect(await place.runJson(['prune'], as('prune'))).toMatchObject({ status: 'completed' });
    expect(chunks()).toBeLessThan(before);
    const folder = `${prefix}/backups/production/${first.outcome.backup}/`;
    expect([...server.state.objects.keys()].some((key) => key.startsWith(folder))).toBe(false);
    const left = await place.runJson(['list'], as('restore'));
    expect(left.backups.map((backup: { backupId: string }) => backup.backupId)).toEqual([second.outcome.backup]);
  });

  it('let a server keep tokens, its log and what hooks were sent with the key for backups, and with no other', async () => {
    await using server = await startS3Server();
    const open = (role: Role) => {
      const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentials(server, role);
      const s3 = { endpoint: server.endpoint, credentials: { accessKeyId, secretAccessKey } };
      return openRepository({ location: `s3://${server.bucket}/${prefix}`, access: 'write', s3 });
    };
    const repository = await open('backup');
    const wanted = { name: 'ci', role: 'viewer', connections: null, expiresIn: null } as const;
    const { token } = await createToken(repository, wanted, { by: 'test' });
    await noteTokenUse(repository, token.id, { known: new Map() });
    await redeemSetupCode(repository, await createSetupCode(repository));
    await createHookToken(repository, 'deploy', { by: 'test' });
    const { delivery } = await claimDelivery(repository, { hook: 'deploy', id: 'ab'.repeat(16) });
    await settleSent(repository, delivery);
    await claimRequest(repository, { caller: 'a', route: 'b', key: 'c', body: 'd', event: 'e' });
    const who = { kind: 'nobody', id: null, name: 'test' } as const;
    await writeAudit(repository, { who, role: null, from: '::1', what: 'test', object: null, outcome: 'accepted' });
    const backup = { connection: 'source', backupId: '20261121T014500Z-x7k2qd' };
    await pinBackup(repository, backup, { pinnedAt: new Date().toISOString(), reason: null });

    const denied = { name: 'StorageError', code: 'storage_denied' };
    await expect(unpinBackup(repository, backup)).rejects.toMatchObject(denied);
    const mark = `hooks/deploy/${delivery.id}.json`;
    expect(await repository.store.deleteMany([mark])).toMatchObject({ deleted: 0, failed: [{ key: mark }] });
    for (const role of ['restore', 'prune'] as const) {
      const other = await open(role);
      await expect(createHookToken(other, 'push', { by: 'test' })).rejects.toMatchObject(denied);
      await expect(claimDelivery(other, { hook: 'push', id: 'cd'.repeat(16) })).rejects.toMatchObject(denied);
    }
    const pruning = await open('prune');
    expect(await pruning.store.deleteMany([mark])).toMatchObject({ deleted: 1, failed: [] });
  });

  it('give nobody more than that', async () => {
    await using server = await startS3Server();
    const open = (role: Role, folder: string) => {
      const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentials(server, role);
      const keys = { accessKeyId, secretAccessKey };
      return createS3Store({ bucket: server.bucket, prefix: folder }, { endpoint: server.endpoint, credentials: keys });
    };
    const denied = { name: 'StorageError', code: 'storage_denied' };
    const chunk = 'chunks/ab/abcd';
    await open('backup', prefix).put(chunk, [Buffer.from('x')], { ifAbsent: true });
    for (const role of ['backup', 'restore'] as const) {
      await expect(open(role, prefix).delete(chunk)).rejects.toMatchObject(denied);
      expect(await open(role, prefix).deleteMany([chunk])).toMatchObject({ deleted: 0, failed: [{ key: chunk }] });
    }
    for (const role of ['restore', 'prune'] as const) {
      await expect(open(role, prefix).put(chunk, [Buffer.from('y')])).rejects.toMatchObject(denied);
      await expect(open(role, prefix).put('backups/a/b/manifest.json', [])).rejects.toMatchObject(denied);
    }
    for (const role of roles) {
      expect((await open(role, prefix).get(chunk))?.toString()).toBe('x');
      expect(await open(role, prefix).head('chunks/none')).toBeUndefined();
      const beside = open(role, 'beside');
      await expect(beside.get(chunk)).rejects.toMatchObject(denied);
      await expect(beside.put('runs/a', [])).rejects.toMatchObject(denied);
      await expect(beside.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject(denied);
      await expect(beside.delete(chunk)).rejects.toMatchObject(denied);
    }
  });
});

/** The variables of a key that has the rights of a role. */
function credentials(server: S3TestServer, role: Role) {
  const policy = documents[role]?.replaceAll('BUCKET', server.bucket).replaceAll('PREFIX', prefix);
  if (policy === undefined) throw new Error(`docs/operations.md has no policy for ${role}.`);
  const { accessKeyId, secretAccessKey } = server.addAccount({ policy });
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}
