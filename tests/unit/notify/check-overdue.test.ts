import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { UserConfig } from '#lib/config/config-schema.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { checkOverdue } from '#lib/notify/check-overdue.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const dayMs = 86_400_000;
const start = Date.now() - 60 * dayMs;
const daysIn = (days: number): Date => new Date(start + days * dayMs);
const hook = { kind: 'webhook', url: 'http://localhost/', secret: `whsec_${'a'.repeat(32)}` } as const;

/** A repository with one backup; `look` answers the titles and messages that a look tells. */
async function openShop(shop: NonNullable<UserConfig['connections']>[string]) {
  const place = await openFileRepository();
  const { repository, folder } = place;
  const config = resolveConfig({ connections: { shop }, notify: [hook] }, {});
  const backup = { connection: 'shop', backupId: createBackupId(daysIn(0)) };
  await repository.store.put(manifestKey(backup), [Buffer.from('{}')]);
  return {
    async prove(days: number, { recoveryMs = null, passed = true }: { recoveryMs?: number | null; passed?: boolean }) {
      const run = deriveRunId(daysIn(days).getTime(), `proof ${days}`);
      const at = daysIn(days).toISOString();
      await recordCheck(repository, backup, { kind: 'proof', passed, run, at, how: '', recoveryMs });
      const ending = passed ? 'passed' : 'failed';
      const file = join(folder, 'backups', 'shop', backup.backupId, 'checks', `${run}-proof-${ending}.json`);
      await utimes(file, daysIn(days), daysIn(days));
    },
    async look(days: number): Promise<string[]> {
      const { letters } = await checkOverdue({ config, repository }, daysIn(days));
      return letters.map(({ notice }) => `${notice.event} ${notice.title}: ${notice.message}`);
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

it('that drills have stopped is told once, again after its time, and that it is over', async () => {
  await using shop = await openShop({ rpo: '100d', proveWithin: '8d' });
  await shop.prove(1, {});
  expect(await shop.look(8.9)).toEqual([]);
  expect(await shop.look(9.1)).toEqual([
    expect.stringMatching(/^overdue What is promised of shop is not proven: The last proof, .* is 8d 2h old; /),
  ]);
  expect(await shop.look(9.2)).toEqual([]);
  expect(await shop.look(10.2)).toHaveLength(1);
  await shop.prove(10.3, {});
  expect(await shop.look(10.4)).toEqual([
    expect.stringMatching(/^recovered What is promised of shop is proven again: The last proof passed/),
  ]);
  expect(await shop.look(10.5)).toEqual([]);
});

it('what was never proven is told when a drill could have been by then', async () => {
  await using shop = await openShop({ rpo: '100d', proveWithin: '8d' });
  expect(await shop.look(1)).toEqual([]);
  expect(await shop.look(8.5)).toEqual([]);
  expect(await shop.look(9.1)).toEqual([expect.stringContaining('No backup has been proven yet.')]);
  expect(await shop.look(9.2)).toEqual([]);
  expect(await shop.look(10.2)).toHaveLength(1);
});

it('a recovery that is slower than promised is told, and a proof that failed', async () => {
  await using shop = await openShop({ rto: '1m' });
  await shop.prove(1, { recoveryMs: 61_000 });
  expect(await shop.look(1.1)).toEqual([
    expect.stringMatching(/is not proven: The last measured recovery took 1m 1s; 1m is promised \(rto\)\.$/),
  ]);
  await shop.prove(1.2, { recoveryMs: 59_000 });
  expect(await shop.look(1.3)).toEqual([expect.stringMatching(/^recovered /)]);
  await shop.prove(1.4, { passed: false });
  expect(await shop.look(1.5)).toEqual([expect.stringMatching(/is not proven: The last proof, .*, failed\.$/)]);
});

it('backups and proofs that are late together are two notices', async () => {
  await using shop = await openShop({ rpo: '1d', proveWithin: '8d' });
  await shop.prove(1, {});
  const told = await shop.look(10);
  expect(told.map((line) => line.replace(/:.*/, ''))).toEqual([
    'overdue What is promised of shop is not proven',
    'overdue Backup of shop is overdue',
  ]);
});

it('of a connection that nothing is promised of nothing is told', async () => {
  await using shop = await openShop({});
  expect(await shop.look(50)).toEqual([]);
});
