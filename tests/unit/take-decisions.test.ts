import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inngest } from '#inngest/client.ts';
import { backupRequested, runApproved, runCancelled } from '#inngest/events.ts';
import { startLocalRunner } from '#inngest/local/local-runner.ts';
import { takeWhatWasDecided } from '#inngest/local/take-decisions.ts';
import { writeDecision } from '#lib/runs/decision-store.ts';
import { deriveRunId, runFolder } from '#lib/runs/run-id.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

/** What a backup is to its runner: a function of this name that can be cancelled. This one waits. */
const waiting = inngest.createFunction(
  {
    id: 'backup',
    triggers: [{ event: backupRequested }],
    cancelOn: [{ event: runCancelled.name, if: 'async.data.eventId == event.id' }],
  },
  async ({ step }) => void (await step.waitForEvent('wait', { event: runApproved.name, timeout: '1h' })),
);

it('a decision that is damaged keeps no other run from its own', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-decisions-'));
  const runner = await startLocalRunner({
    ...{ client: inngest, functions: [waiting], journalPath: join(folder, 'journal.jsonl') },
  });
  try {
    const ts = Date.now();
    const start = async (id: string): Promise<{ engineRun: string; runId: string }> => {
      await runner.send({ name: backupRequested.name, id, ts, data: { connection: 'shop' } });
      const [engineRun = ''] = runner.runsOf(id);
      return { engineRun, runId: deriveRunId(ts, engineRun) };
    };
    const [damaged, decided] = [await start('first'), await start('second')];
    await runner.idle();
    await repository.store.put(`${runFolder(damaged.runId)}decision.json`, [Buffer.from('{"decision":')]);
    await repository.store.put(`${runFolder(damaged.runId)}result.json`, [Buffer.from('{"run":')]);
    await writeDecision(repository, decided.runId, 'cancel');

    await takeWhatWasDecided(runner, async () => repository);
    expect(await runner.waitForRun(decided.engineRun)).toMatchObject({ status: 'cancelled' });
    expect(runner.pendingRuns().map(({ id }) => id)).toEqual([damaged.engineRun]);
  } finally {
    await runner.close();
    await rm(folder, { recursive: true });
  }
});
