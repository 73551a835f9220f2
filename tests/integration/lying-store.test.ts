import { describe, expect, it } from 'vitest';
import { createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace } from '#tests/support/cli-place.ts';
import type { Lie } from '#tests/support/s3-options.ts';
import { startS3Server } from '#tests/support/s3-server.ts';

/** Chunks of rows are larger than this here, those of the schema smaller. */
const leastRows = 20_000;

describe('a store that says it has stored what it has not', () => {
  it('makes no backup good', async () => {
    let lie: (key: string, size: number) => Lie = () => 'keep';
    await using server = await startS3Server({ lie: (key, size) => lie(key, size) });
    await using source = await createCliSource();
    await using place = await openCliPlace({
      DATABASE_URL: source.url,
      HOLDFAST_REPOSITORY: `s3://${server.bucket}/p`,
      AWS_ENDPOINT_URL_S3: server.endpoint,
      AWS_ACCESS_KEY_ID: server.account.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.account.secretAccessKey,
    });
    const lies: [what: RegExp, lie: Lie, exitCode: number, says: RegExp][] = [
      // The rows are only asked for by their size; the small objects of the schema are read before.
      [/\/chunks\//, 'store-nothing', 5, /chunks\/.* of table .* is missing/],
      [/\/chunks\//, 'store-half-unsaid', 5, /chunks\/.* of table .* is \d+ bytes, not \d+/],
      [/\/chunks\//, 'store-other', 1, /answers that it has stored chunks\//],
      [/manifest\.json$/, 'store-nothing', 5, /manifest\.json is missing/],
      [/manifest\.json$/, 'store-half-unsaid', 5, /manifest\.json/],
    ];
    for (const [what, kind, exitCode, says] of lies) {
      server.state.objects.clear();
      let told = 0;
      const isMeant = (key: string, size: number) => what.test(key) && (size > leastRows || !key.includes('/chunks/'));
      lie = (key, size) => (isMeant(key, size) && told++ >= 0 ? kind : 'keep');
      const { error } = await place.runJson(['backup'], { exitCode });
      expect(error.message, kind).toMatch(says);
      expect(told).toBeGreaterThan(0);
      lie = () => 'keep';
      const { backups } = await place.runJson(['list']);
      const good = backups.filter((backup: { problem: unknown }) => backup.problem === null);
      expect(good, kind).toEqual([]);
    }
    server.state.objects.clear();
    expect(await place.runJson(['backup'])).toMatchObject({ status: 'completed' });
    expect(await place.runJson(['verify', 'latest'])).toMatchObject({ outcome: { damaged: 0 } });
  });
});
