import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCliPlace } from '#tests/support/cli-place.ts';

describe('holdfast hook', () => {
  it('makes the address of a hook, shows it once, rotates and revokes it, and logs all of it', async () => {
    const hooks = {
      deploy: { start: 'backup', connection: 'production' },
      check: { start: 'gate', connection: 'neon' },
    };
    await using place = await openCliPlace({});
    const config = join(place.folder, 'with-hooks.config.ts');
    const written = { hooks, publicUrl: 'https://holdfast.example.com' };
    await writeFile(config, `export default ${JSON.stringify(written)};\n`);
    const json = (args: string[]) => place.runJson(['--config', config, ...args]);
    const badly = (args: string[]) => place.runBadly(['--config', config, ...args], { exitCode: 2 });
    const made = await json(['hook', 'create', 'deploy']);
    expect(made.url).toBe(`https://holdfast.example.com/api/hooks/deploy?token=${made.token}`);
    expect(made.token).toMatch(/^hfh_[\w-]{43}$/);
    expect(await badly(['hook', 'create', 'deploy'])).toContain('has a token');
    const rotated = await json(['hook', 'rotate', 'deploy']);
    expect(rotated.token).not.toBe(made.token);
    const { hooks: listed } = await json(['hook', 'list']);
    expect(listed).toMatchObject([
      { name: 'deploy', start: 'backup', token: { revokedAt: null } },
      { name: 'check', start: 'gate', token: null },
    ]);
    expect((await json(['hook', 'revoke', 'deploy'])).token).toMatchObject({ revokedAt: expect.any(String) });
    await badly(['hook', 'revoke', 'check']);
    await badly(['hook', 'create', 'nope']);
    const log = await json(['audit', '--limit', '10']);
    expect(log.entries.map(({ what, outcome }: { what: string; outcome: string }) => [what, outcome])).toEqual(
      expect.arrayContaining([
        ['create-hook', 'accepted'],
        ['rotate-hook', 'accepted'],
        ['revoke-hook', 'accepted'],
      ]),
    );
    for (const token of [made.token, rotated.token]) expect(JSON.stringify([log, listed])).not.toContain(token);
  });
});
