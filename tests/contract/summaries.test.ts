import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listBackupSummaries } from '#lib/backup-view/list-backup-summaries.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRunSummaries } from '#lib/run-view/list-run-summaries.ts';
import { renewIndex } from '#lib/summaries/renew-index.ts';
import { startS3Server } from '#tests/support/s3-server.ts';
import { idOf, playBackup, playRun } from '#tests/unit/summaries/play-repository.ts';

/** A place for a repository; each opening is another process to the index. */
interface Place extends AsyncDisposable {
  open(): Promise<Repository>;
  /** Requests for objects since the start, where somebody counts them. */
  gets(): number | undefined;
}

async function makeFolder(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-summaries-'));
  return {
    open: () => openRepository({ location: `file:${folder}`, access: 'write' }),
    gets: () => undefined,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function makeBucket(): Promise<Place> {
  const server = await startS3Server();
  const s3 = { endpoint: server.endpoint, region: 'us-east-1', credentials: server.account };
  return {
    open: () => openRepository({ location: `s3://${server.bucket}/p`, access: 'write', s3 }),
    gets: () => server.answers.filter((answer) => answer.startsWith('GET')).length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe.each([
  ['a folder', makeFolder],
  ['a bucket', makeBucket],
])('the index of summaries in %s', (_name, makePlace) => {
  it('is written by two readers at once, spoilt, lost and made anew, and the lists stay the same', async () => {
    await using place = await makePlace();
    const writer = await place.open();
    const backupAt = (n: number) => ({ connection: 'production', backupId: idOf(n, '00aaaa'), label: `label ${n}` });
    for (let n = 0; n < 50; n++) {
      await playRun(writer, { id: idOf(n, 'run1'), status: n % 7 === 0 ? 'failed' : 'completed' });
      await playBackup(writer, backupAt(n));
    }
    const look = async () => {
      const repository = await place.open();
      const [runs, backups] = await Promise.all([
        listRunSummaries(repository, { limit: 100 }),
        listBackupSummaries(repository, { limit: 100 }),
      ]);
      return { runs, backups };
    };
    const truth = await look();
    expect(truth.runs.runs).toHaveLength(50);
    expect(truth.backups.backups).toHaveLength(50);
    expect(await Promise.all([look(), look()])).toEqual([truth, truth]);

    const segment = { runs: 'index/runs/202610.json', backups: 'index/backups/202610.json' };
    expect((await writer.store.head(segment.runs))?.size).toBeGreaterThan(500);
    await writer.store.put(segment.runs, [Buffer.from('{"format": 1, "lines": "no')]);
    expect(await look()).toEqual(truth);
    await writer.store.delete(segment.backups);
    expect(await look()).toEqual(truth);
    for (const anew of [false, true]) {
      expect(await renewIndex(await place.open(), { anew })).toMatchObject({ runs: 50, backups: 50, unwritten: [] });
    }
    const before = place.gets() ?? 0;
    expect(await look()).toEqual(truth);
    // holdfast.json; the days of runs, and 15 days; the connections, and the one; a segment of each kind.
    if (place.gets() !== undefined) expect((place.gets() ?? 0) - before).toBe(21);
  });
});
