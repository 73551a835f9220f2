import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';
import { startS3Server } from '#tests/support/s3-server.ts';

const run = promisify(execFile);

/** A process with nothing but these variables, which stores an object and reads it back, or says what was wrong. */
async function storeInProcess(location: string, env: Record<string, string>): Promise<unknown> {
  const script = `
    import { resolveConfig } from '#lib/config/resolve-config.ts';
    import { openStore } from '#lib/repository/open-store.ts';
    const { s3 } = resolveConfig({}, process.env);
    const store = await openStore(${JSON.stringify(location)}, { s3: { ...s3, maxAttempts: 2 } });
    try {
      await store.put('a', [Buffer.from('stored')]);
      console.log(JSON.stringify({ read: String(await store.get('a')) }));
    } catch (error) {
      console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint }));
    }
  `;
  const variables = { PATH: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true', ...env };
  const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    env: { NODE_ENV: 'test', ...variables },
  });
  return JSON.parse(stdout);
}

describe('credentials that are not given', () => {
  it('are those of the profile in the shared files, with its region and endpoint', async () => {
    await using home = await openFolder();
    await using server = await startS3Server();
    const { accessKeyId, secretAccessKey, sessionToken } = server.addAccount({ sessionToken: 'token-of-a-profile' });
    await writeFile(
      join(home.path, 'credentials'),
      '[default]\naws_access_key_id = AKIANOBODY\naws_secret_access_key = x\n',
    );
    await writeFile(
      join(home.path, 'config'),
      `[profile backups]\nregion = eu-central-1\ncredential_process = ${join(home.path, 'give-keys')}\n`,
    );
    const keys = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken };
    await writeFile(join(home.path, 'give-keys'), `#!/bin/sh\necho '${JSON.stringify(keys)}'\n`, { mode: 0o755 });
    const files = {
      AWS_SHARED_CREDENTIALS_FILE: join(home.path, 'credentials'),
      AWS_CONFIG_FILE: join(home.path, 'config'),
      AWS_ENDPOINT_URL_S3: server.endpoint,
      PATH: '/usr/bin:/bin',
    };
    const location = `s3://${server.bucket}/p`;
    expect(await storeInProcess(location, { ...files, AWS_PROFILE: 'backups' })).toEqual({ read: 'stored' });
    expect(await storeInProcess(location, files)).toMatchObject({
      code: 'storage_credentials',
      message: expect.stringContaining('InvalidAccessKeyId'),
    });
    await writeFile(
      join(home.path, 'credentials'),
      `[default]\naws_access_key_id = ${server.account.accessKeyId}\naws_secret_access_key = ${server.account.secretAccessKey}\n`,
    );
    expect(await storeInProcess(location, files)).toEqual({ read: 'stored' });
  });

  it('are those of ~/.aws where no other file is named', async () => {
    await using home = await openFolder();
    await using server = await startS3Server();
    await run('mkdir', [join(home.path, '.aws')]);
    await writeFile(
      join(home.path, '.aws', 'credentials'),
      `[work]\naws_access_key_id = ${server.account.accessKeyId}\naws_secret_access_key = ${server.account.secretAccessKey}\n`,
    );
    const env = { HOME: home.path, AWS_PROFILE: 'work', AWS_ENDPOINT_URL_S3: server.endpoint };
    expect(await storeInProcess(`s3://${server.bucket}/p`, env)).toEqual({ read: 'stored' });
  });

  it('are those of the role of the container, asked for over HTTP', async () => {
    await using home = await openFolder();
    await using server = await startS3Server();
    const { accessKeyId, secretAccessKey, sessionToken } = server.addAccount({ sessionToken: 'token-of-a-role' });
    const asked: string[] = [];
    const role = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.end(
        JSON.stringify({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration }),
      );
    });
    try {
      const port = await listenOnFreePort(role);
      const env = {
        HOME: home.path,
        AWS_ENDPOINT_URL_S3: server.endpoint,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/role`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pod-token',
      };
      expect(await storeInProcess(`s3://${server.bucket}/p`, env)).toEqual({ read: 'stored' });
      expect(asked).toEqual(['/role pod-token']);
    } finally {
      role.close();
      role.closeAllConnections();
    }
  });

  it('are missed in words where there are none, and so is the region', async () => {
    await using home = await openFolder();
    const place = { HOME: home.path };
    expect(await storeInProcess('s3://bucket-of-mine/p', { ...place, AWS_REGION: 'eu-central-1' })).toMatchObject({
      code: 'storage_credentials',
      message: expect.stringContaining('no credentials were found'),
    });
    const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    expect(await storeInProcess('s3://bucket-of-mine/p', { ...place, ...keys })).toMatchObject({
      code: 'storage_region',
      hint: expect.stringContaining('AWS_REGION'),
    });
  });
});

async function openFolder() {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-credentials-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
