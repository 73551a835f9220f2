import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findUnfinished } from '#cli/workflow/unfinished-run.ts';
import { acquireJournalLock } from '#inngest/local/journal-lock.ts';

const journal = 'cli-01M7Y5HNWD5CTX1GAXX2KS9AMT.jsonl';

it('takes the lock of a process away that was killed before it had a journal, and leaves that of a living one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-state-'));
  try {
    const unlock = await acquireJournalLock(join(folder, `${journal}.lock`));
    await expect(findUnfinished(folder)).resolves.toEqual([]);
    expect(await readdir(folder)).toEqual([`${journal}.lock`]);
    await unlock();
    // No process of this machine, and its heartbeat is a minute old.
    const owner = { token: 'gone', pid: 1, started: '1', machine: `not ${hostname()}` };
    const lock = join(folder, `${journal}.lock`);
    await writeFile(lock, JSON.stringify(owner));
    const old = new Date(Date.now() - 60_000);
    await utimes(lock, old, old);
    await expect(findUnfinished(folder)).resolves.toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
