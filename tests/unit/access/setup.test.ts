import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSessionSecret } from '#lib/access/session-secret.ts';
import { createSetupCode, isLatestSetup, redeemSetupCode } from '#lib/access/setup-code.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const wrong = { name: 'RefusedError', code: 'setup_code_wrong' };

describe('the code of an admin link', () => {
  it('works once, also for many at the same moment', async () => {
    await using place = await openFileRepository();
    const setup = await createSetupCode(place.repository);
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => redeemSetupCode(place.repository, setup)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(redeemSetupCode(place.repository, setup)).rejects.toMatchObject(wrong);
  });

  it('works for an hour, and no other does', async () => {
    await using place = await openFileRepository();
    await expect(redeemSetupCode(place.repository, 'anything')).rejects.toMatchObject(wrong);
    const setup = await createSetupCode(place.repository, 0);
    await expect(redeemSetupCode(place.repository, setup, 3_600_000)).rejects.toMatchObject(wrong);
    await expect(redeemSetupCode(place.repository, `${setup}x`, 1)).rejects.toMatchObject(wrong);
    await redeemSetupCode(place.repository, setup, 3_599_999);
  });

  it('ends with the next one, and so does the session that began with it', async () => {
    await using place = await openFileRepository();
    const first = await createSetupCode(place.repository);
    const hash = await redeemSetupCode(place.repository, first);
    expect(await isLatestSetup(place.repository, hash)).toBe(true);
    const second = await createSetupCode(place.repository);
    expect(await isLatestSetup(place.repository, hash)).toBe(false);
    await expect(redeemSetupCode(place.repository, first)).rejects.toMatchObject(wrong);
    await redeemSetupCode(place.repository, second);
  });
});

describe('the secret of sessions', () => {
  it('is made once for all who start at the same moment, for the owner only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-secret-'));
    try {
      const state = join(folder, 'deep', 'state');
      const secrets = await Promise.all(Array.from({ length: 8 }, () => readSessionSecret({}, state)));
      expect(new Set(secrets).size).toBe(1);
      expect(secrets[0]?.length).toBeGreaterThanOrEqual(32);
      const path = join(state, 'session-secret');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readFile(path, 'utf8')).toBe(secrets[0]);
      await writeFile(path, 'cut');
      await expect(readSessionSecret({}, state)).rejects.toMatchObject({ code: 'session_secret_not_kept' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is the one of the environment where there is one, and long enough', async () => {
    const secret = 's'.repeat(32);
    expect(await readSessionSecret({ HOLDFAST_SESSION_SECRET: secret, VERCEL: '1' }, '/nowhere')).toBe(secret);
    const short = readSessionSecret({ HOLDFAST_SESSION_SECRET: 's'.repeat(31) }, '/nowhere');
    await expect(short).rejects.toMatchObject({ name: 'UsageError', code: 'session_secret_short' });
    await expect(short).rejects.not.toThrow(/ssss/);
  });

  it('must be given where no disk lasts', async () => {
    await expect(readSessionSecret({ VERCEL: '1' }, '/nowhere')).rejects.toMatchObject({
      code: 'session_secret_missing',
      hint: expect.stringContaining('HOLDFAST_SESSION_SECRET'),
    });
  });
});
