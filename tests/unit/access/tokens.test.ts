import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TokenRequest, tokenRequestSchema } from '#lib/access/api-token.ts';
import { checkToken, findIn } from '#lib/access/check-token.ts';
import { hasAdmin } from '#lib/access/has-admin.ts';
import { createToken, listTokens, readToken, revokeToken } from '#lib/access/token-store.ts';
import { mintTokenText, parseTokenText } from '#lib/access/token-text.ts';
import { noteTokenUse, readTokenUse } from '#lib/access/token-use.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const wanted: TokenRequest = { name: 'ci', role: 'operator', connections: ['production'], expiresIn: '90d' };
const day = 86_400_000;
const code = (code: string) => expect.objectContaining({ name: 'RefusedError', code });

describe('the text of a token', () => {
  it('has 256 random bits, is no other, and names its id', () => {
    const texts = Array.from({ length: 500 }, mintTokenText);
    expect(new Set(texts.map(({ text }) => text)).size).toBe(500);
    for (const { id, text } of texts) {
      expect(parseTokenText(text)).toEqual({ id });
      expect(Buffer.from(text.split('_').slice(2).join('_'), 'base64url')).toHaveLength(32);
    }
  });

  it.each([
    '',
    'hf_',
    'hf_abcdefghijkl_',
    'hf_../../../etc_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    `hf_abcdefghijkl_${'a'.repeat(44)}`,
    `HF_abcdefghijkl_${'a'.repeat(43)}`,
    `hf_abcdefghijkl_${'a'.repeat(42)}\n`,
    `hf_abcdefghijkl_${'a'.repeat(43)}\n`,
  ])('is not %j', (text) => {
    expect(parseTokenText(text)).toBeUndefined();
  });
});

describe('a token of the repository', () => {
  it('lets in who has it, and is stored as a hash only', async () => {
    await using place = await openFileRepository();
    const { token, text } = await createToken(place.repository, wanted, { by: 'alice' });
    expect(await checkToken(findIn(place.repository), text)).toEqual(token);
    expect(token).toMatchObject({ name: 'ci', role: 'operator', scope: ['production'], createdBy: 'alice' });
    const secret = text.slice(-43);
    const files = await readdir(place.folder, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    );
    expect(contents.length).toBeGreaterThan(1);
    for (const content of contents) expect(content).not.toContain(secret);
  });

  it('answers a wrong secret and an unknown id alike', async () => {
    await using place = await openFileRepository();
    const { token } = await createToken(place.repository, wanted, { by: 'alice' });
    const other = mintTokenText().text;
    const wrong = `hf_${token.id}_${other.slice(-43)}`;
    const refusals = await Promise.all(
      [wrong, other, 'nonsense', ''].map((text) =>
        checkToken(findIn(place.repository), text).catch((cause: unknown) => cause),
      ),
    );
    for (const refusal of refusals) expect(refusal).toEqual(code('token_wrong'));
    expect(new Set(refusals.map(String)).size).toBe(1);
  });

  it('is good until it expires', async () => {
    await using place = await openFileRepository();
    const { text } = await createToken(place.repository, wanted, { by: 'alice', now: 0 });
    await checkToken(findIn(place.repository), text, 90 * day - 1);
    await expect(checkToken(findIn(place.repository), text, 90 * day)).rejects.toEqual(code('token_expired'));
  });

  it('is good no more once it is revoked, and stays revoked', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const { token, text } = await createToken(repository, { ...wanted, expiresIn: null }, { by: 'alice' });
    const revoked = await revokeToken(repository, token.id, { by: 'bob', now: 5 });
    await expect(checkToken(findIn(repository), text)).rejects.toEqual(code('token_revoked'));
    // Its use in the same moment, and another revocation, change nothing of it.
    await noteTokenUse(repository, token.id, { known: new Map() });
    expect(await revokeToken(repository, token.id, { by: 'carol' })).toEqual(revoked);
    expect(await readToken(repository, token.id)).toMatchObject({ revokedBy: 'bob' });
    await expect(checkToken(findIn(repository), text)).rejects.toEqual(code('token_revoked'));
  });

  it('is not found under a path', async () => {
    await using place = await openFileRepository();
    for (const id of ['../../holdfast', '..', 'a/b', '']) {
      expect(await readToken(place.repository, id)).toBeUndefined();
      await expect(revokeToken(place.repository, id, { by: 'x' })).rejects.toMatchObject({ code: 'unknown_token' });
    }
  });

  it('keeps when it was last used to the hour, and not with each request', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const known = new Map<string, number>();
    expect(await readTokenUse(repository, 'aaaaaaaaaaaa')).toBeNull();
    for (const now of [day, day + 1, day + 3_599_999]) await noteTokenUse(repository, 'aaaaaaaaaaaa', { known, now });
    expect(await readTokenUse(repository, 'aaaaaaaaaaaa')).toBe(new Date(day).toISOString());
    await noteTokenUse(repository, 'aaaaaaaaaaaa', { known, now: day + 3_600_000 });
    expect(await readTokenUse(repository, 'aaaaaaaaaaaa')).toBe(new Date(day + 3_600_000).toISOString());
  });

  it('makes somebody admin only where it is of an admin, of no scope, and good', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const make = (request: Partial<TokenRequest>) =>
      createToken(repository, { ...wanted, connections: null, ...request }, { by: 'x', now: 0 });
    await make({ role: 'operator' });
    await make({ role: 'admin', connections: ['production'] });
    await make({ role: 'admin', expiresIn: '1h' });
    expect(await hasAdmin(repository, day)).toBe(false);
    const { token } = await make({ role: 'admin', expiresIn: null });
    expect(await hasAdmin(repository, day)).toBe(true);
    await revokeToken(repository, token.id, { by: 'x' });
    expect(await hasAdmin(repository, day)).toBe(false);
    expect(await listTokens(repository)).toMatchObject({ tokens: { length: 4 }, unreadable: [] });
  });

  it('that cannot be read is told, hides no other, and may be the one of an admin', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const { token } = await createToken(repository, wanted, { by: 'x' });
    const { token: cut } = await createToken(repository, wanted, { by: 'x' });
    await repository.store.put(`access/tokens/${cut.id}.json`, [Buffer.from('{"id":')]);
    const { tokens, unreadable } = await listTokens(repository);
    expect(tokens.map(({ id }) => id)).toEqual([token.id]);
    expect(unreadable).toMatchObject([{ id: cut.id, problem: { name: 'DamagedError' } }]);
    await expect(hasAdmin(repository)).rejects.toMatchObject({ name: 'DamagedError' });
    await createToken(repository, { ...wanted, role: 'admin', connections: null }, { by: 'x' });
    expect(await hasAdmin(repository)).toBe(true);
  });

  it.each(['0s', '59s', '11000d', 'soon', '-1d'])('cannot expire after %s', async (expiresIn) => {
    await using place = await openFileRepository();
    await expect(createToken(place.repository, { ...wanted, expiresIn }, { by: 'x' })).rejects.toMatchObject({
      name: 'UsageError',
    });
  });

  it.each([
    { name: '', role: 'admin' },
    { name: 'a\u001b[2J', role: 'admin' },
    { name: 'a', role: 'root' },
    { name: 'a', role: 'admin', connections: [] },
    { name: 'a', role: 'admin', connections: ['../x'] },
    { name: 'a', role: 'admin', hash: 'x' },
  ])('is not made of %j', (request) => {
    expect(tokenRequestSchema.safeParse(request).success).toBe(false);
  });
});
