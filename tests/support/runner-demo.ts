import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventType, type InngestFunction, invoke, NonRetriableError, RetryAfterError } from 'inngest';
import { z } from 'zod';
import { createInngest } from '#inngest/client.ts';

const ofJob = { schema: z.object({ job: z.string() }) };
const started = eventType('demo/start', ofJob);
const asked = eventType('demo/asked', ofJob);
const answered = eventType('demo/answered', { schema: z.object({ job: z.string(), text: z.string() }) });
const doomed = eventType('demo/fail', ofJob);
const long = eventType('demo/long', ofJob);

/** One line of the effects log: what a step did, and how often the log shows it is how often it ran. */
export interface Effect {
  at: number;
  pid: number;
  what: string;
}

/** The functions the kill campaign drives: each uses another part of the runner, all of them write their effects. */
export function createDemoFunctions(effectsPath: string) {
  const client = createInngest('demo');
  const effect = (what: string): void => {
    const line: Effect = { at: Date.now(), pid: process.pid, what };
    appendFileSync(effectsPath, `${JSON.stringify(line)}\n`);
  };
  const work = async (what: string, ms: number): Promise<void> => {
    await sleep(ms);
    effect(what);
  };

  const child = client.createFunction(
    {
      id: 'child',
      retries: 4,
      triggers: [invoke(z.object({ n: z.number(), lane: z.string() }))],
      concurrency: { limit: 2, key: 'event.data.lane' },
    },
    async ({ event, step }) => {
      const doubled = await step.run('double', async () => {
        effect(`enter ${event.data.lane}`);
        await sleep(30);
        effect(`leave ${event.data.lane}`);
        return event.data.n * 2;
      });
      await step.sleep('nap', '1s');
      return step.run('add', async () => doubled + 1);
    },
  );

  const main = client.createFunction(
    { id: 'main', retries: 4, triggers: [started], idempotency: 'event.data.job' },
    async ({ event, step, attempt }) => {
      const { job } = event.data;
      const parts = await Promise.all(
        Array.from({ length: 12 }, (_, part) =>
          step.run(`part-${part}`, async () => {
            await work(`${job} part-${part}`, 10 + part * 5);
            return part * 10;
          }),
        ),
      );
      const flaky = await step.run('flaky', async () => {
        effect(`${job} flaky attempt ${attempt}`);
        if (attempt === 0) throw new RetryAfterError('later', '1s');
        if (attempt === 1) throw new Error('again');
        return attempt;
      });
      const lanes = await Promise.all(
        Array.from({ length: 5 }, (_, n) => step.invoke(`lane-${n}`, { function: child, data: { n, lane: job } })),
      );
      await step.sendEvent('ask', asked.create({ job }));
      const answer = await step.waitForEvent('answer', { event: answered, match: 'data.job', timeout: '1h' });
      const caught = await step
        .run('bad', async () => {
          effect(`${job} bad`);
          throw new NonRetriableError('never');
        })
        .catch((error: Error) => `${error.name}: ${error.message}`);
      return { parts, flaky, lanes, answer: answer?.data.text, caught };
    },
  );

  const answerer = client.createFunction({ id: 'answerer', triggers: [asked] }, async ({ event, step }) => {
    // The wait is registered by the step behind the one that asked: answering at once could be too early.
    await step.sleep('let the asker wait', '1s');
    await step.sendEvent('answer', answered.create({ job: event.data.job, text: 'yes' }));
  });

  const failing = client.createFunction(
    {
      id: 'failing',
      retries: 1,
      triggers: [doomed],
      onFailure: async ({ event, error, step }) => {
        await step.run('tell', async () => effect(`onFailure ${event.data.event.data['job']}: ${error.message}`));
      },
    },
    async ({ event, step }) => {
      await step.run('before', async () => work(`${event.data.job} before`, 10));
      throw new Error('no way');
    },
  );

  const cancelled = client.createFunction(
    {
      id: 'cancelled',
      triggers: [long],
      cancelOn: [{ event: 'demo/stop', match: 'data.job' }],
    },
    async ({ step }) => {
      await step.sleep('long', '1d');
      effect('never');
    },
  );

  const functions: InngestFunction.Any[] = [main, child, answerer, failing, cancelled];
  return { client, functions };
}
