import { setTimeout as sleep } from 'node:timers/promises';
import { eventType, NonRetriableError, RetryAfterError } from 'inngest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { go, openRunnerPlace, type RunnerPlace, runGo } from '#tests/support/runner-place.ts';

let place: RunnerPlace;

beforeEach(async () => {
  place = await openRunnerPlace();
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
  vi.useRealTimers();
});

describe('a function in the local runner', () => {
  it('sees its attempts as Inngest counts them, and the observer hears of every retry', async () => {
    const seen: number[] = [];
    const f = place.client.createFunction({ id: 'f', retries: 2, ...go }, async ({ step, attempt, maxAttempts }) => {
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
    expect(await runGo(await place.open([f]))).toEqual({ status: 'completed', data: 0 });
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
    expect(seen).toEqual([0, 1, 2]);
    expect(place.changes.filter((change) => change.t === 'retry')).toMatchObject([
      { key: 'step', attempt: 1, error: 'RetryAfterError: wait' },
      { key: 'step', attempt: 2, error: 'Error: again' },
    ]);
  });

  it('fails after its last attempt, at once for NonRetriableError, and can catch what a step threw', async () => {
    let attempts = 0;
    const trigger = eventType('go', { schema: z.object({ fatal: z.boolean(), rethrow: z.boolean() }) });
    const f = place.client.createFunction({ id: 'f', retries: 3, triggers: [trigger] }, async ({ event, step }) => {
      const { fatal, rethrow } = event.data;
      const work = step.run('work', () => {
        attempts += 1;
        throw fatal ? new NonRetriableError('fatal') : new Error('mild', { cause: new Error('deep') });
      });
      if (rethrow) await work;
      return work.catch((error: Error) => [error.name, error.message, String(error.cause)].join(', '));
    });
    const local = await place.open([f]);
    expect(await runGo(local, { fatal: false, rethrow: false })).toMatchObject({ data: 'Error, mild, Error: deep' });
    expect(attempts).toBe(4);
    expect(await runGo(local, { fatal: true, rethrow: true })).toMatchObject({
      status: 'failed',
      error: { message: 'fatal' },
    });
    expect(attempts).toBe(5);
  });

  it('has the results of earlier steps in parallel ones, which run once each', async () => {
    const ran: string[] = [];
    const f = place.client.createFunction({ id: 'f', ...go }, async ({ step }) => {
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
    expect(await runGo(await place.open([f]))).toEqual({ status: 'completed', data: [32, 34, 36] });
    expect(ran.sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
  });

  it('is refused by name for what the runner cannot do', async () => {
    const signal = place.client.createFunction({ id: 'f', ...go }, ({ step }) =>
      step.waitForSignal('s', { signal: 'x', timeout: '1m', onConflict: 'fail' }),
    );
    const fetching = place.client.createFunction({ id: 'g', ...go }, ({ step }) => step.fetch('http://127.0.0.1:9/'));
    const racing = place.client.createFunction({ id: 'h', ...go }, ({ step, group }) =>
      group.parallel({ mode: 'race' }, () => Promise.race([step.run('a', () => 1), step.run('b', () => 2)])),
    );
    const matching = place.client.createFunction({ id: 'i', ...go }, ({ step }) =>
      step.waitForEvent('w', { event: 'x', if: 'size(event.data.list) > 0', timeout: '1m' }),
    );
    const local = await place.open([signal, fetching, racing, matching]);
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
    const child = place.client.createFunction({ id: 'child', triggers: [] }, ({ step }) => step.sleep('s', '1d'));
    const parent = place.client.createFunction(
      { id: 'parent', ...go, cancelOn: [{ event: 'stop', if: 'async.data.id == event.data.id' }] },
      ({ step }) => step.invoke('i', { function: child }),
    );
    const handler = place.client.createFunction(
      { id: 'handler', triggers: [{ event: 'inngest/function.cancelled' }] },
      ({ event }) => void heard.push(event.data['function_id']),
    );
    const local = await place.open([child, parent, handler]);
    const outcome = runGo(local, { id: 1 });
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
    const f = place.client.createFunction({ id: 'f', ...go, timeouts: { finish: '1s' } }, ({ step }) =>
      step.sleep('s', '1h'),
    );
    expect(await runGo(await place.open([f]))).toEqual({ status: 'cancelled', reason: 'timeouts.finish has passed' });
  });

  it('executes no more steps at a time than its concurrency allows, over all its runs', async () => {
    let inside = 0;
    let most = 0;
    const { promise: two, resolve } = Promise.withResolvers<void>();
    const f = place.client.createFunction(
      { id: 'f', ...go, concurrency: [{ limit: 2, key: 'event.data.db' }] },
      async ({ step }) => {
        const work = async () => {
          most = Math.max(most, ++inside);
          if (most === 2) resolve();
          // The first two wait for each other; a third one beside them would be counted.
          await two;
          await sleep(5);
          inside -= 1;
        };
        await Promise.all([1, 2, 3].map((n) => step.run(`s${n}`, work)));
      },
    );
    const local = await place.open([f]);
    const outcomes = await Promise.all([1, 2, 3].map(() => runGo(local, { db: 'a' })));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['completed', 'completed', 'completed']);
    expect(most).toBe(2);
  });

  it('starts by its schedule', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-21T01:59:59.700Z') });
    const { promise: started, resolve } = Promise.withResolvers<unknown>();
    const f = place.client.createFunction(
      { id: 'f', triggers: [{ cron: 'TZ=Europe/Berlin 0 3 * * *' }] },
      ({ event }) => resolve(event),
    );
    await place.open([f]);
    vi.setSystemTime(Date.parse('2026-11-21T02:00:00.001Z'));
    expect(await started).toMatchObject({
      name: 'inngest/scheduled.timer',
      ts: Date.parse('2026-11-21T02:00:00Z'),
      data: { cron: 'TZ=Europe/Berlin 0 3 * * *' },
    });
  });

  it('is not started by its schedule where the process leaves schedules to others', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-21T01:59:59.700Z') });
    const f = place.client.createFunction(
      { id: 'f', triggers: [{ cron: '0 2 * * *' }, { event: 'go' }] },
      () => 'asked',
    );
    const local = await place.open([f], { crons: false });
    vi.setSystemTime(Date.parse('2026-11-21T02:00:00.001Z'));
    // Whatever wakes the runner lets it look at its schedules too.
    expect(await runGo(local)).toEqual({ status: 'completed', data: 'asked' });
    await local.idle();
    expect(place.changes.filter((change) => change.t === 'run')).toHaveLength(1);
  });
});
