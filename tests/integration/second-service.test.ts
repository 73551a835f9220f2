import { expect, it } from 'vitest';
import { createReleaseAfterBackup } from '#examples/second-service/release-after-backup.ts';
import { inngest } from '#inngest/client.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

it("a function of a second service starts on Holdfast's event, for its own connection alone", async () => {
  const released: unknown[] = [];
  const hear = inngest.createFunction(
    { id: 'hear', triggers: [{ event: 'second-service/released' }] },
    async ({ event, step }) => step.run('hear', () => void released.push(event.data)),
  );
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players as select n as id from generate_series(1, 100) n');
  await withHoldfast(
    {
      ...{ source: source.url, target: source.url },
      functions: [createReleaseAfterBackup(inngest, 'source'), hear],
    },
    async ({ run, backup, runner }) => {
      const other = await run('backup', { connection: 'target' });
      expect(other.result.status).toBe('completed');
      await runner.idle();
      expect(released).toEqual([]);
      const { result } = await backup({ label: 'release' });
      await runner.idle();
      expect(released).toEqual([{ backup: result.run.backup }]);
    },
  );
});
