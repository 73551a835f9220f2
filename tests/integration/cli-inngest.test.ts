import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { cliRows, createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { startEventApi } from '#tests/support/event-api.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
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

  it('leaves the look at the target to the server, and sends what persons decide as events', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine (id integer)');
    await withHoldfast({ source: source.url, target: target.url }, async ({ runner, folder }) => {
      await using api = await startEventApi({
        key: 'event-key',
        onEvents: async (sent) => void (await runner.send(sent)),
      });
      await using place = await openCliPlace({
        HOLDFAST_REPOSITORY: `file:${folder}`,
        HOLDFAST_DATABASE_SOURCE_URL: 'postgres://nobody:hidden-word@127.0.0.1:1/x',
        HOLDFAST_DATABASE_TARGET_URL: 'postgres://nobody:hidden-word@127.0.0.1:1/y',
        INNGEST_BASE_URL: api.url,
        INNGEST_EVENT_KEY: 'event-key',
      });
      expect(await place.runJson(['backup', 'source'])).toMatchObject({ status: 'completed' });
      const restore = ['restore', 'latest', '--to', 'target'];
      // Nobody has given his word: it is not in the event, and the run itself refuses.
      expect(await place.runBadly(restore, { exitCode: 3 })).toMatch(/would be replaced: .*--yes/s);
      expect(api.received.at(-1)?.data).not.toHaveProperty('confirm');

      const waiting = place.start([...restore, '--yes', '--require-approval', '--json']);
      await waiting.said(/waits for approval/);
      expect(api.received.at(-1)?.data).toMatchObject({ confirm: 'target', requireApproval: true });
      const { runs } = await place.runJson(['runs']);
      const run = runs[0].run.id;
      expect(runs[0].status).toBe('waiting');
      expect(await place.runJson(['approve', run])).toMatchObject({ status: 'completed', run: { id: run } });
      expect(api.received.at(-1)).toMatchObject({ name: 'holdfast/run.approved', data: { run } });
      expect((await waiting.ended).exitCode).toBe(0);

      expect(await place.runJson(['rollback', run, '--yes'])).toMatchObject({ status: 'completed' });
      expect(await runSql(target.url, `select to_regclass('mine') is not null as old`)).toEqual([{ old: 't' }]);
      expect(await place.runJson(['discard', run, '--yes'])).toMatchObject({ status: 'completed' });
      expect(await place.runJson(['sweep'])).toMatchObject({ status: 'completed', outcome: { actions: [] } });

      const unwanted = place.start([...restore, '--yes', '--require-approval']);
      await unwanted.said(/waits for approval/);
      const second = (await place.runJson(['runs'])).runs[0].run;
      expect(await place.runJson(['cancel', second.id])).toMatchObject({ cancelled: true });
      const { eventId } = second;
      expect(api.received.at(-1)).toMatchObject({ name: 'holdfast/run.cancelled', data: { run: second.id, eventId } });
      expect((await unwanted.ended).exitCode).toBe(6);
      await place.expectNoSecret(['hidden-word', passwordOf(source.url), passwordOf(target.url)]);
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
