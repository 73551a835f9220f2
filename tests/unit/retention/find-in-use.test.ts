import { expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { findInUse } from '#lib/retention/find-in-use.ts';
import { noteChild } from '#lib/runs/children-store.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

it('holds the backup that a transfer has made for itself until the transfer ends', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const config = resolveConfig({}, { DATABASE_URL: 'postgres://localhost/x' });
  const now = new Date();
  const idOf = (suffix: string): string => `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${suffix}`;
  const [transfer, child, backup] = [idOf('aaaaaa'), idOf('bbbbbb'), idOf('cccccc')];
  const about = { connection: 'source', target: null, startedAt: now.toISOString(), eventId: 'e', engineRunId: 'r' };
  await openRun(repository, { ...about, id: transfer, kind: 'transfer', backup: null, parent: null });
  const part = { ...about, id: child, kind: 'backup', backup, parent: transfer } as const;
  await openRun(repository, part);
  await noteChild(repository, { run: transfer, step: 'backup' }, child);
  const ended = { status: 'completed', exitCode: 0, message: '', outcome: null, error: null } as const;
  const times = { completedAt: now.toISOString(), durationMs: 0 };
  await closeRun(repository, { run: part, ...times, ...ended });
  const { backups } = await findInUse({ config, repository }, [], now);
  expect([...backups]).toEqual([[backup, `run ${transfer}`]]);
});
