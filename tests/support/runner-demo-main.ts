import { join } from 'node:path';
import { startLocalRunner } from '#inngest/local/local-runner.ts';
import { createDemoFunctions } from './runner-demo.ts';

/**
 * One process of the kill campaign: `node runner-demo-main.ts FOLDER`. Sends the events of the campaign (with ids, so
 * that sending them again after a kill changes nothing), waits for every run, prints their outcomes as JSON and ends.
 */
const [folder = '.'] = process.argv.slice(2);
process.send?.('loaded');
const { client, functions } = createDemoFunctions(join(folder, 'effects.jsonl'));
const runner = await startLocalRunner({
  client,
  functions,
  journalPath: join(folder, 'journal.jsonl'),
  backoff: () => 200,
  // Small enough that the campaign compacts, and is killed while it does.
  compactAboveBytes: 20_000,
});
const ids = await runner.send([
  ...['a', 'b'].map((job) => ({ id: `start-${job}`, name: 'demo/start', data: { job } })),
  { id: 'fail-1', name: 'demo/fail', data: { job: 'f' } },
  { id: 'long-1', name: 'demo/long', data: { job: 'c' } },
  { id: 'stop-other', name: 'demo/stop', data: { job: 'other' } },
]);
const runs = ids.flatMap((id) => runner.runsOf(id).map((run) => ({ id, run })));
const outcomes = Object.fromEntries(
  await Promise.all(
    runs.map(async ({ id, run }) => {
      if (id === 'long-1') {
        await runner.waitForRun(runner.runsOf('start-a')[0] ?? '');
        await runner.send({ id: 'stop-1', name: 'demo/stop', data: { job: 'c' } });
      }
      return [id, await runner.waitForRun(run)] as const;
    }),
  ),
);
await runner.idle();
await runner.close();
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
