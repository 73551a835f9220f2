import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { cliRows, createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { startEventApi } from '#tests/support/event-api.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

describe('the CLI where an Inngest server is configured', () => {
  it('sends the event, leaves the work to the server, and follows it through the repository', async () => {
    await using source = await createCliSource();
    await withHoldfast({ source: source.url }, async ({ runner, folder }) => {
      await using api = await startEventApi({
        key: 'event-key',
        onEvents: async (sent) => void (await runner.send(sent)),
      });
      await using place = await openCliPlace({
        HOLDFAST_REPOSITORY: `file:${folder}`,
        // The database is the server's business: this machine cannot reach it.
        HOLDFAST_DATABASE_SOURCE_URL: 'postgres://nobody:hidden-word@127.0.0.1:1/x',
        INNGEST_BASE_URL: api.url,
        INNGEST_EVENT_KEY: 'event-key',
      });
      const backup = await place.runJson(['backup', 'source', '--label', 'far away']);
      expect(backup).toMatchObject({ status: 'completed', outcome: { totals: { rows: String(cliRows.total) } } });
      expect(api.received).toMatchObject([
        { name: 'holdfast/backup.requested', data: { connection: 'source', label: 'far away' } },
      ]);
      expect(backup.run.eventId).toBe(api.received[0]?.id);
      const verified = await place.run(['verify', 'latest']);
      expect(verified).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/run by Inngest/) });
      expect(await place.runJson(['doctor'], { exitCode: 3 })).toMatchObject({
        checks: expect.arrayContaining([
          expect.objectContaining({ detail: expect.stringMatching(/^an Inngest server \(INNGEST_\w+ is set\)$/) }),
        ]),
      });
      expect(await place.listJournals()).toEqual([]);
      for (const secret of ['hidden-word', passwordOf(source.url)]) {
        expect(JSON.stringify(api.received)).not.toContain(secret);
      }
      await place.expectNoSecret(['hidden-word', passwordOf(source.url)]);
    });
  });

  it('ends the following, not the run, on a signal', async () => {
    await using source = await createCliSource();
    await withHoldfast({ source: source.url }, async ({ folder }) => {
      await using api = await startEventApi({ key: 'event-key', onEvents: async () => undefined });
      await using place = await openCliPlace({
        HOLDFAST_REPOSITORY: `file:${folder}`,
        HOLDFAST_DATABASE_SOURCE_URL: source.url,
        INNGEST_BASE_URL: api.url,
        INNGEST_EVENT_KEY: 'event-key',
      });
      const following = place.start(['backup', 'source']);
      while (api.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      await new Promise((resolve) => setTimeout(resolve, 500));
      following.process.kill('SIGINT');
      const { exitCode, stderr } = await following.ended;
      expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: expect.stringMatching(/Inngest goes on with it/) });

      const wrongKey = { INNGEST_EVENT_KEY: 'another-event-key' };
      const refused = await place.runBadly(['backup', 'source'], { exitCode: 1, env: wrongKey });
      expect(refused).toMatch(/Inngest does not take the event/);
      expect(refused).not.toContain('another-event-key');
      const nobody = { INNGEST_BASE_URL: 'http://127.0.0.1:1' };
      expect(await place.runBadly(['backup', 'source'], { exitCode: 1, env: nobody })).toMatch(
        /does not take the event/,
      );
      expect(JSON.parse(await readFile(`${folder}/holdfast.json`, 'utf8'))).toMatchObject({ format: 1 });
    });
  });
});
