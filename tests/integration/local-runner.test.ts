import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventType, type Inngest, type InngestFunction, NonRetriableError, RetryAfterError } from 'inngest';
import { serve } from 'inngest/edge';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createInngest } from '#inngest/client.ts';
import { type LocalRunner, type LocalRunnerOptions, startLocalRunner } from '#inngest/local/local-runner.ts';
import type { RunnerChange } from '#inngest/local/scheduler.ts';

let folder: string;
let client: Inngest<{ id: string }>;
let runner: LocalRunner | undefined;
let changes: RunnerChange[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-runner-'));
  client = createInngest('app');
  changes = [];
  runner = undefined;
});
afterEach(async () => {
  await runner?.close();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** Starts the runner of a test; `afterEach` closes it. */
async function open(functions: InngestFunction.Any[], options: Partial<LocalRunnerOptions> = {}): Promise<LocalRunner> {
  runner = await startLocalRunner({
    client,
    functions,
    journalPath: join(folder, 'journal.jsonl'),
    backoff: () => 20,
    onChange: (change) => changes.push(change),
    ...options,
  });
  return runner;
}

/** Sends `go` and gives the outcome of the one run it starts. */
async function run(local: LocalRunner, data: Record<string, unknown> = {}) {
  const [id = ''] = await local.send({ name: 'go', data });
  const [runId = ''] = local.runsOf(id);
  return local.waitForRun(runId);
}

const go = { triggers: [{ event: 'go' }] };

describe('a function in the local runner', () => {
  it('sees its attempts as Inngest counts them, and the observer hears of every retry', async () => {
    const seen: number[] = [];
    const f = client.createFunction({ id: 'f', retries: 2, ...go }, async ({ step, attempt, maxAttempts }) => {
      expect(maxAttempts).toBe(3);
      await step.run('first', async () => {
        seen.push(attempt);
        if (attempt === 0) throw new RetryAfterError('wait', '1s');
        if (attempt === 1) throw new Error('again');
      });
      // Attempts are counted for each step.
      return step.run('second', () => attempt);
    });
    const before = Date.now();
    expect(await run(await open([f]))).toEqual({ status: 'completed', data: 0 });
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
    expect(seen).toEqual([0, 1, 2]);
    expect(changes.filter((change) => change.t === 'retry')).toMatchObject([
      { key: 'step', attempt: 1, error: 'RetryAfterError: wait' },
      { key: 'step', attempt: 2, error: 'Error: again' },
    ]);
  });

  it('fails after its last attempt, at once for NonRetriableError, and can catch what a step threw', async () => {
    let attempts = 0;
    const trigger = eventType('go', { schema: z.object({ fatal: z.boolean(), rethrow: z.boolean() }) });
    const f = client.createFunction({ id: 'f', retries: 3, triggers: [trigger] }, async ({ event, step }) => {
      const { fatal, rethrow } = event.data;
      const work = step.run('work', () => {
        attempts += 1;
        throw fatal ? new NonRetriableError('fatal') : new Error('mild', { cause: new Error('deep') });
      });
      if (rethrow) await work;
      return work.catch((error: Error) => [error.name, error.message, String(error.cause)].join(', '));
    });
    const local = await open([f]);
    expect(await run(local, { fatal: false, rethrow: false })).toMatchObject({ data: 'Error, mild, Error: deep' });
    expect(attempts).toBe(4);
    expect(await run(local, { fatal: true, rethrow: true })).toMatchObject({
      status: 'failed',
      error: { message: 'fatal' },
    });
    expect(attempts).toBe(5);
  });

  it('has the results of earlier steps in parallel ones, which run once each', async () => {
    const ran: string[] = [];
    const f = client.createFunction({ id: 'f', ...go }, async ({ step }) => {
      const base = await step.run('base', () => 10);
      const failed = await step.run('failed', () => Promise.reject(new NonRetriableError('no'))).catch(() => 5);
      const wide = await Promise.all(
        [1, 2, 3].map(async (n) => {
          const a = await step.run(`a${n}`, () => {
            ran.push(`a${n}`);
            return base + failed + n;
          });
          return step.run(`b${n}`, () => {
            ran.push(`b${n}`);
            return a * 2;
          });
        }),
      );
      return wide;
    });
    expect(await run(await open([f]))).toEqual({ status: 'completed', data: [32, 34, 36] });
    expect(ran.sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
  });

  it('is refused by name for what the runner cannot do', async () => {
    const signal = client.createFunction({ id: 'f', ...go }, ({ step }) =>
      step.waitForSignal('s', { signal: 'x', timeout: '1m', onConflict: 'fail' }),
    );
    const fetching = client.createFunction({ id: 'g', ...go }, ({ step }) => step.fetch('http://127.0.0.1:9/'));
    const racing = client.createFunction({ id: 'h', ...go }, ({ step, group }) =>
      group.parallel({ mode: 'race' }, () => Promise.race([step.run('a', () => 1), step.run('b', () => 2)])),
    );
    const matching = client.createFunction({ id: 'i', ...go }, ({ step }) =>
      step.waitForEvent('w', { event: 'x', if: 'size(event.data.list) > 0', timeout: '1m' }),
    );
    const local = await open([signal, fetching, racing, matching]);
    const [id = ''] = await local.send({ name: 'go' });
    const outcomes = await Promise.all(local.runsOf(id).map((runId) => local.waitForRun(runId)));
    const messages = outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.error.message : outcome.status));
    expect(messages).toEqual([
      'the local runner does not support WaitForSignal',
      'the local runner does not support Gateway',
      'the local runner does not support group.parallel (mode race)',
      expect.stringContaining('function size() is not supported'),
    ]);
  });

  it('is cancelled with the children it invoked, and a handler hears of both', async () => {
    const heard: string[] = [];
    const child = client.createFunction({ id: 'child', triggers: [] }, ({ step }) => step.sleep('s', '1d'));
    const parent = client.createFunction(
      { id: 'parent', ...go, cancelOn: [{ event: 'stop', if: 'async.data.id == event.data.id' }] },
      ({ step }) => step.invoke('i', { function: child }),
    );
    const handler = client.createFunction(
      { id: 'handler', triggers: [{ event: 'inngest/function.cancelled' }] },
      ({ event }) => void heard.push(event.data['function_id']),
    );
    const local = await open([child, parent, handler]);
    const outcome = run(local, { id: 1 });
    await local.idle();
    expect(local.pendingRuns().map((pending) => pending.fn)).toEqual(['app-parent', 'app-child']);
    await local.send({ name: 'stop', data: { id: 2 } });
    expect(local.pendingRuns()).toHaveLength(2);
    await local.send({ name: 'stop', data: { id: 1 } });
    expect(await outcome).toEqual({ status: 'cancelled', reason: 'event stop' });
    await local.idle();
    expect(local.pendingRuns()).toEqual([]);
    expect(heard.sort()).toEqual(['app-child', 'app-parent']);
  });

  it('is cancelled when its time to finish is over', async () => {
    const f = client.createFunction({ id: 'f', ...go, timeouts: { finish: '1s' } }, ({ step }) =>
      step.sleep('s', '1h'),
    );
    expect(await run(await open([f]))).toEqual({ status: 'cancelled', reason: 'timeouts.finish has passed' });
  });

  it('executes no more steps at a time than its concurrency allows, over all its runs', async () => {
    let inside = 0;
    let most = 0;
    const f = client.createFunction(
      { id: 'f', ...go, concurrency: [{ limit: 2, key: 'event.data.db' }] },
      async ({ step }) => {
        const work = async () => {
          most = Math.max(most, ++inside);
          await sleep(5);
          inside -= 1;
        };
        await Promise.all([1, 2, 3].map((n) => step.run(`s${n}`, work)));
      },
    );
    const local = await open([f]);
    const outcomes = await Promise.all([1, 2, 3].map(() => run(local, { db: 'a' })));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['completed', 'completed', 'completed']);
    expect(most).toBe(2);
  });

  it('starts by its schedule', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-21T01:59:59.700Z') });
    const { promise: started, resolve } = Promise.withResolvers<unknown>();
    const f = client.createFunction({ id: 'f', triggers: [{ cron: 'TZ=Europe/Berlin 0 3 * * *' }] }, ({ event }) =>
      resolve(event),
    );
    await open([f]);
    vi.setSystemTime(Date.parse('2026-11-21T02:00:00.001Z'));
    expect(await started).toMatchObject({
      name: 'inngest/scheduled.timer',
      ts: Date.parse('2026-11-21T02:00:00Z'),
      data: { cron: 'TZ=Europe/Berlin 0 3 * * *' },
    });
  });

  it('is not started by its schedule where the process leaves schedules to others', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-21T01:59:59.700Z') });
    const f = client.createFunction({ id: 'f', triggers: [{ cron: '0 2 * * *' }, { event: 'go' }] }, () => 'asked');
    const local = await open([f], { crons: false });
    vi.setSystemTime(Date.parse('2026-11-21T02:00:00.001Z'));
    expect(await run(local)).toEqual({ status: 'completed', data: 'asked' });
    await sleep(400);
    expect(changes.filter((change) => change.t === 'run')).toHaveLength(1);
  });
});

describe('the client of a local runner', () => {
  const f = () => client.createFunction({ id: 'f', ...go }, ({ event }) => event.data);

  it('sends to the runner and never to the network', async () => {
    const fetched: unknown[] = [];
    vi.stubGlobal('fetch', async (input: unknown) => {
      fetched.push(input);
      throw new Error('fetch failed');
    });
    try {
      const local = await open([f()]);
      const { ids } = await client.send([{ name: 'go', data: { n: 1 } }, { name: 'nobody hears' }]);
      const [runId = ''] = local.runsOf(ids[0] ?? '');
      expect(await local.waitForRun(runId)).toEqual({ status: 'completed', data: { n: 1 } });
      await expect(client.sendSignal({ signal: 's', data: {} })).rejects.toThrow('the local runner does not support');
      expect(fetched).toEqual([]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('answers nobody over HTTP while the runner is there', async () => {
    const handler = serve({ client, functions: [f()] });
    await open([f()]);
    for (const method of ['POST', 'GET']) {
      const body = method === 'POST' ? JSON.stringify({ event: { name: 'go' }, ctx: { run_id: 'x' } }) : null;
      const url = 'http://localhost/api/inngest?fnId=app-f&stepId=step';
      const response = await handler(new Request(url, { method, body, headers: { host: 'localhost' } }));
      expect(response.status).toBe(401);
    }
  });

  it('has one runner at a time, and none after it is closed', async () => {
    const local = await open([f()]);
    await expect(open([f()], { journalPath: join(folder, 'other.jsonl') })).rejects.toThrow(
      'already has a local runner',
    );
    await local.close();
    await expect(client.send({ name: 'go' })).rejects.toThrow('event key');
  });
});

describe('a local runner', () => {
  it('takes a repeated event once', async () => {
    let runs = 0;
    const f = client.createFunction({ id: 'f', ...go }, () => {
      runs += 1;
    });
    const local = await open([f]);
    const event = { id: 'e', name: 'go' };
    expect(await Promise.all([local.send(event), local.send([event, event])])).toEqual([['e'], ['e', 'e']]);
    await local.idle();
    expect(runs).toBe(1);
    expect(local.runsOf('e')).toHaveLength(1);
  });

  it('lets steps under way finish when it is closed, and resumes behind them', async () => {
    const ran: string[] = [];
    const f = client.createFunction({ id: 'f', ...go }, async ({ step }) => {
      await step.run('slow', async () => {
        ran.push('slow begins');
        await sleep(300);
        ran.push('slow ends');
      });
      await step.run('next', () => void ran.push('next'));
    });
    const local = await open([f]);
    const [id = ''] = await local.send({ name: 'go' });
    const [runId = ''] = local.runsOf(id);
    const waiting = local.waitForRun(runId);
    waiting.catch(() => {});
    await sleep(100);
    await local.close();
    expect(ran).toEqual(['slow begins', 'slow ends']);
    await expect(waiting).rejects.toThrow('closed before the run ended');
    const again = await open([f]);
    expect(await again.waitForRun(runId)).toMatchObject({ status: 'completed' });
    expect(ran).toEqual(['slow begins', 'slow ends', 'next']);
  });

  it('stops at once when it is closed a second time', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const f = client.createFunction({ id: 'f', ...go }, ({ step }) => step.run('endless', () => promise));
    const local = await open([f]);
    await local.send({ name: 'go' });
    await sleep(100);
    // The step never ends by itself: a close that waited for it would not come back.
    await Promise.all([local.close(), local.close()]);
    resolve();
    const again = await open([f]);
    await again.idle();
    expect(again.pendingRuns()).toEqual([]);
  });

  it('gives the journal and the client back when it cannot start', async () => {
    const debounced = client.createFunction({ id: 'f', ...go, debounce: { period: '1s' } }, () => 1);
    await expect(open([debounced])).rejects.toThrow('function app-f uses the option debounce');
    const local = await open([client.createFunction({ id: 'f', ...go }, () => 1)]);
    expect(await run(local)).toMatchObject({ data: 1 });
  });

  it('keeps a run whose function is gone, and goes on with it when the function is back', async () => {
    const f = client.createFunction({ id: 'f', ...go }, async ({ step }) => {
      await step.sleep('s', '1s');
      return 'done';
    });
    const local = await open([f]);
    const [id = ''] = await local.send({ name: 'go' });
    const [runId = ''] = local.runsOf(id);
    await local.idle();
    await local.close();
    const without = await open([]);
    await without.idle();
    expect(without.pendingRuns()).toMatchObject([{ id: runId, fn: 'app-f' }]);
    await without.close();
    expect(await (await open([f])).waitForRun(runId)).toEqual({ status: 'completed', data: 'done' });
  });

  it('lets an event be taken before any work begins: what it cancels gets no further', async () => {
    const did: string[] = [];
    const f = client.createFunction({ id: 'f', ...go, cancelOn: [{ event: 'stop' }] }, async ({ step }) => {
      await step.sleep('nap', '1s');
      await step.run('after', () => void did.push('after'));
    });
    const local = await open([f]);
    const [id = ''] = await local.send({ name: 'go' });
    const [runId = ''] = local.runsOf(id);
    await local.idle();
    await local.close();
    // By now the sleep is over: a runner that begins to work at once would begin with the step behind it.
    await sleep(1_000);
    const again = await open([f], { beforeWork: async (opened) => void (await opened.send({ name: 'stop' })) });
    expect(await again.waitForRun(runId)).toMatchObject({ status: 'cancelled' });
    await again.idle();
    expect(did).toEqual([]);
  });

  it('remembers a hundred steps in sequence and in parallel, every one of them fsynced', async () => {
    const chain = client.createFunction({ id: 'chain', triggers: [{ event: 'chain' }] }, async ({ step }) => {
      const seen: number[] = [];
      for (let n = 0; n < 100; n += 1) seen.push(await step.run(`s${n}`, () => n));
      return seen;
    });
    const fan = client.createFunction({ id: 'fan', triggers: [{ event: 'fan' }] }, ({ step }) =>
      Promise.all(Array.from({ length: 100 }, (_, n) => step.run(`s${n}`, () => n))),
    );
    const local = await open([chain, fan]);
    const data = Array.from({ length: 100 }, (_, n) => n);
    for (const name of ['chain', 'fan']) {
      const [id = ''] = await local.send({ name });
      const [runId = ''] = local.runsOf(id);
      expect(await local.waitForRun(runId)).toEqual({ status: 'completed', data });
    }
  });
});
