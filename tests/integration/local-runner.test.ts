import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from 'inngest/edge';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { go, openRunnerPlace, type RunnerPlace, runGo } from '#tests/support/runner-place.ts';

let place: RunnerPlace;

beforeEach(async () => {
  place = await openRunnerPlace();
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

describe('the client of a local runner', () => {
  const f = () => place.client.createFunction({ id: 'f', ...go }, ({ event }) => event.data);

  it('sends to the runner and never to the network', async () => {
    const fetched: unknown[] = [];
    vi.stubGlobal('fetch', async (input: unknown) => {
      fetched.push(input);
      throw new Error('fetch failed');
    });
    try {
      const local = await place.open([f()]);
      const { ids } = await place.client.send([{ name: 'go', data: { n: 1 } }, { name: 'nobody hears' }]);
      const [runId = ''] = local.runsOf(ids[0] ?? '');
      expect(await local.waitForRun(runId)).toEqual({ status: 'completed', data: { n: 1 } });
      await expect(place.client.sendSignal({ signal: 's', data: {} })).rejects.toThrow(
        'the local runner does not support',
      );
      expect(fetched).toEqual([]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('answers nobody over HTTP while the runner is there', async () => {
    const handler = serve({ client: place.client, functions: [f()] });
    await place.open([f()]);
    for (const method of ['POST', 'GET']) {
      const body = method === 'POST' ? JSON.stringify({ event: { name: 'go' }, ctx: { run_id: 'x' } }) : null;
      const url = 'http://localhost/api/inngest?fnId=app-f&stepId=step';
      const response = await handler(new Request(url, { method, body, headers: { host: 'localhost' } }));
      expect(response.status).toBe(401);
    }
  });

  it('has one runner at a time, and none after it is closed', async () => {
    const local = await place.open([f()]);
    await expect(place.open([f()], { journalPath: join(place.folder, 'other.jsonl') })).rejects.toThrow(
      'already has a local runner',
    );
    await local.close();
    await expect(place.client.send({ name: 'go' })).rejects.toThrow('event key');
  });
});

describe('a local runner', () => {
  it('takes a repeated event once', async () => {
    let runs = 0;
    const f = place.client.createFunction({ id: 'f', ...go }, () => {
      runs += 1;
    });
    const local = await place.open([f]);
    const event = { id: 'e', name: 'go' };
    expect(await Promise.all([local.send(event), local.send([event, event])])).toEqual([['e'], ['e', 'e']]);
    await local.idle();
    expect(runs).toBe(1);
    expect(local.runsOf('e')).toHaveLength(1);
  });

  it('lets steps under way finish when it is closed, and resumes behind them', async () => {
    const ran: string[] = [];
    const [begun, allowed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const f = place.client.createFunction({ id: 'f', ...go }, async ({ step }) => {
      await step.run('slow', async () => {
        ran.push('slow begins');
        begun.resolve();
        await allowed.promise;
        ran.push('slow ends');
      });
      await step.run('next', () => void ran.push('next'));
    });
    const local = await place.open([f]);
    const [id = ''] = await local.send({ name: 'go' });
    const [runId = ''] = local.runsOf(id);
    const waiting = local.waitForRun(runId);
    waiting.catch(() => {});
    await begun.promise;
    const closing = local.close();
    allowed.resolve();
    await closing;
    expect(ran).toEqual(['slow begins', 'slow ends']);
    await expect(waiting).rejects.toThrow('closed before the run ended');
    const again = await place.open([f]);
    expect(await again.waitForRun(runId)).toMatchObject({ status: 'completed' });
    expect(ran).toEqual(['slow begins', 'slow ends', 'next']);
  });

  it('stops at once when it is closed a second time', async () => {
    const [begun, allowed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const f = place.client.createFunction({ id: 'f', ...go }, ({ step }) =>
      step.run('endless', () => {
        begun.resolve();
        return allowed.promise;
      }),
    );
    const local = await place.open([f]);
    await local.send({ name: 'go' });
    await begun.promise;
    const first = local.close();
    // The step ends only after both have.
    await Promise.all([first, local.close()]);
    allowed.resolve();
    const again = await place.open([f]);
    await again.idle();
    expect(again.pendingRuns()).toEqual([]);
  });

  it('gives the journal and the client back when it cannot start', async () => {
    const debounced = place.client.createFunction({ id: 'f', ...go, debounce: { period: '1s' } }, () => 1);
    await expect(place.open([debounced])).rejects.toThrow('function app-f uses the option debounce');
    const local = await place.open([place.client.createFunction({ id: 'f', ...go }, () => 1)]);
    expect(await runGo(local)).toMatchObject({ data: 1 });
  });

  it('keeps a run whose function is gone, and goes on with it when the function is back', async () => {
    const f = place.client.createFunction({ id: 'f', ...go }, async ({ step }) => {
      await step.sleep('s', '1s');
      return 'done';
    });
    const local = await place.open([f]);
    const [id = ''] = await local.send({ name: 'go' });
    const [runId = ''] = local.runsOf(id);
    await local.idle();
    await local.close();
    const without = await place.open([]);
    await without.idle();
    expect(without.pendingRuns()).toMatchObject([{ id: runId, fn: 'app-f' }]);
    await without.close();
    expect(await (await place.open([f])).waitForRun(runId)).toEqual({ status: 'completed', data: 'done' });
  });

  it('lets an event be taken before any work begins: what it cancels gets no further', async () => {
    const did: string[] = [];
    const f = place.client.createFunction({ id: 'f', ...go, cancelOn: [{ event: 'stop' }] }, async ({ step }) => {
      await step.sleep('nap', '1s');
      await step.run('after', () => void did.push('after'));
    });
    const local = await place.open([f]);
    const [id = ''] = await local.send({ name: 'go' });
    const [runId = ''] = local.runsOf(id);
    await local.idle();
    await local.close();
    // By now the sleep is over: a runner that begins to work at once would begin with the step behind it.
    await sleep(1_000);
    const again = await place.open([f], { beforeWork: async (opened) => void (await opened.send({ name: 'stop' })) });
    expect(await again.waitForRun(runId)).toMatchObject({ status: 'cancelled' });
    await again.idle();
    expect(did).toEqual([]);
  });

  it('remembers a hundred steps in sequence and in parallel, every one of them fsynced', async () => {
    const chain = place.client.createFunction({ id: 'chain', triggers: [{ event: 'chain' }] }, async ({ step }) => {
      const seen: number[] = [];
      for (let n = 0; n < 100; n += 1) seen.push(await step.run(`s${n}`, () => n));
      return seen;
    });
    const fan = place.client.createFunction({ id: 'fan', triggers: [{ event: 'fan' }] }, ({ step }) =>
      Promise.all(Array.from({ length: 100 }, (_, n) => step.run(`s${n}`, () => n))),
    );
    const local = await place.open([chain, fan]);
    const data = Array.from({ length: 100 }, (_, n) => n);
    for (const name of ['chain', 'fan']) {
      const [id = ''] = await local.send({ name });
      const [runId = ''] = local.runsOf(id);
      expect(await local.waitForRun(runId)).toEqual({ status: 'completed', data });
    }
  });
});
