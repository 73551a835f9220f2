import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readChecks } from '#lib/standing/check-store.ts';
import { listStandings } from '#lib/standing/list-standings.ts';
import { verifyOutcomeSchema } from '#lib/verify/conclude-verify.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

async function verify(holdfast: Holdfast, backup: string, data: object = {}) {
  const { result } = await holdfast.run('verify', { backup, ...data });
  return { result, outcome: verifyOutcomeSchema.parse(result.outcome) };
}

it('keeps what a verification found with the backup, and the next backup repairs what has rotted', async () => {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
    const { repository, folder } = holdfast;
    const backup = (await holdfast.backup()).result.run.backup ?? '';
    const key = { connection: 'source', backupId: backup };

    const sampled = await verify(holdfast, backup, { sample: 1 });
    expect(sampled.outcome).toMatchObject({ damaged: 0, sample: { percent: 1, ofObjects: expect.any(Number) } });
    expect((await verify(holdfast, backup)).outcome).toMatchObject({ damaged: 0, sample: null });
    expect((await readChecks(repository, key)).map(({ kind, passed }) => [kind, passed])).toEqual([
      ['sample', true],
      ['verify', true],
    ]);

    // One bit of one chunk rots. The next backup takes it as whole, as its size is right.
    const file = await findChunk(holdfast, { name: 'orders' });
    const whole = await readFile(file);
    await damages['one flipped bit'](file);
    const second = (await holdfast.backup()).result.run.backup ?? '';
    expect(await readFile(file)).not.toEqual(whole);

    const found = await verify(holdfast, backup);
    const name = file.split('/').at(-1) ?? '';
    expect(found.result).toMatchObject({ exitCode: 5, error: { code: 'backup_damaged' } });
    expect(found.result.error?.hint).toContain('moved to quarantine/');
    expect(found.outcome.quarantined).toEqual({ moved: [name], stays: [] });
    expect(await readdir(join(folder, 'quarantine'))).toEqual([name]);
    expect((await listStandings(repository)).map(({ checks }) => checks.at(-1)?.passed)).toEqual([false, false]);
    expect(found.outcome.shared).toEqual({ backups: [second], notRead: 0 });
    expect(found.result.error?.message).toContain(`Damaged objects are those of 1 other backup too: ${second}.`);

    // Nothing is restored from it, and nothing of the target was touched.
    const refused = (await holdfast.restore({ backup })).result;
    expect(refused).toMatchObject({ exitCode: 5, error: { code: 'backup_known_damaged' } });
    // The second one shares what is damaged.
    expect(refused.error?.hint).toContain('No other backup is at hand');
    expect(refused.timeline.map(({ slug }) => slug)).not.toContain('preflight');
    const recovery = { backup, to: 'target', tables: ['shop.orders'], schema: 'rescue' };
    expect((await holdfast.run('recover', recovery)).result.error?.code).toBe('backup_known_damaged');

    // The same rows are stored again, and with them both backups are whole.
    expect((await holdfast.backup()).result.error).toBeNull();
    expect(await readFile(file)).toEqual(whole);
    for (const one of [backup, second]) expect((await verify(holdfast, one)).result.error).toBeNull();
    const restored = (await holdfast.restore({ backup })).result;
    expect(restored.error).toBeNull();
    expect((await readChecks(repository, key)).at(-1)).toMatchObject({ kind: 'proof', passed: true });
  });
});

it('puts aside only what is not what its name stands for', async () => {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await withHoldfast({ source: source.url }, async (holdfast) => {
    const backup = (await holdfast.backup()).result.run.backup ?? '';
    const missing = await findChunk(holdfast, { name: 'prices' });
    await rm(missing);
    const gone = await verify(holdfast, backup);
    expect(gone.outcome).toMatchObject({ damaged: 1, quarantined: { moved: [], stays: [] } });

    // Where nearly all seems damaged it is not the objects that are wrong, and they stay.
    const chunks = join(holdfast.folder, 'chunks');
    let spoiled = 0;
    for (const entry of await readdir(chunks, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      await writeFile(join(entry.parentPath, entry.name), 'other bytes');
      spoiled++;
    }
    expect(spoiled).toBeGreaterThan(4);
    const all = await verify(holdfast, backup);
    expect(all.outcome.quarantined.moved).toEqual([]);
    expect(all.outcome.quarantined.stays[0]).toMatch(/objects read as damaged/);
  });
});
