import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { acquireJournalLock } from '#inngest/local/journal-lock.ts';

it('watches the heartbeat of a lock whose holder runs on another machine, where its pid says nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
  const path = join(folder, 'journal.lock');
  const release = await acquireJournalLock(path);
  const lock: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
  // Our own heartbeat keeps beating on it.
  writeFileSync(path, JSON.stringify({ ...lock, machine: 'another' }));
  await expect(acquireJournalLock(path)).rejects.toThrow(`journal in use by pid ${process.pid}`);
  await release();
  writeFileSync(path, JSON.stringify({ ...lock, machine: 'another' }));
  const again = await acquireJournalLock(path);
  await again();
  rmSync(folder, { recursive: true });
});
