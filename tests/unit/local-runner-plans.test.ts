import { describe, expect, it } from 'vitest';
import type { JournalRecord, PendingStep } from '#inngest/local/journal-record.ts';
import { type PlannedCall, planCalls } from '#inngest/local/plan-calls.ts';
import { planDue } from '#inngest/local/plan-due.ts';
import { planEnd, planEvent, planStart } from '#inngest/local/plan-run.ts';
import { makeContext, makeEvent, makeFunction, makeRun } from '#tests/support/runner-state.ts';

const started = (records: readonly JournalRecord[]): string[] =>
  records.flatMap((record) => (record.t === 'run' ? [record.run.fn] : []));
const ended = (records: readonly JournalRecord[]): string[] =>
  records.flatMap((record) => (record.t === 'ended' ? [`${record.run} ${record.outcome.status}`] : []));
const step = (id: string, fields: Partial<PendingStep> = {}): Record<string, PendingStep> => ({
  [id]: { id, name: id, op: 'StepPlanned', known: 0, ...fields },
});

describe('planEvent', () => {
  it('starts every function whose trigger matches, in one line with the event', () => {
    const functions = [
      makeFunction('a', { triggers: [{ event: 'x' }] }),
      makeFunction('b', { triggers: [{ event: 'x', expression: 'event.data.n > 1' }] }),
      makeFunction('c', { triggers: [{ event: 'y' }] }),
    ];
    const context = makeContext({ functions });
    expect(started(planEvent(context, makeEvent('x', { n: 1 })))).toEqual(['a']);
    const records = planEvent(context, makeEvent('x', { n: 2 }));
    expect(started(records)).toEqual(['a', 'b']);
    expect(records[0]).toMatchObject({ t: 'event', until: 1_000_000 + 86_400_000 });
  });

  it('does nothing for an id it took less than a day ago', () => {
    const context = makeContext({ functions: [makeFunction('a', { triggers: [{ event: 'x' }] })] });
    const event = makeEvent('x');
    context.state.eventIds.set(event.id, context.now + 1);
    expect(planEvent(context, event)).toEqual([]);
    context.state.eventIds.set(event.id, context.now);
    expect(started(planEvent(context, event))).toEqual(['a']);
  });

  it('ends the waits that match, by the run event and the new one', () => {
    const wait = { op: 'WaitForEvent', event: 'go', if: 'event.data.id == async.data.id' } as const;
    const runs = [1, 2].map((id) => makeRun(`r${id}`, { event: makeEvent('start', { id }), pending: step('w', wait) }));
    const event = makeEvent('go', { id: 2 });
    const records = planEvent(makeContext({ functions: [makeFunction('f')], runs }), event);
    expect(records.slice(1)).toEqual([{ t: 'memo', run: 'r2', step: 'w', memo: { data: event } }]);
  });

  it('cancels by cancelOn only within its time, and ends no wait of a run it cancels', () => {
    const fn = makeFunction('f', { cancel: [{ event: 'stop', timeout: '10m' }] });
    const pending = step('w', { op: 'WaitForEvent', event: 'stop' });
    const runs = [makeRun('late', { pending }), makeRun('young', { createdAt: 900_000, pending })];
    const records = planEvent(makeContext({ functions: [fn], runs }), makeEvent('stop'));
    expect(ended(records)).toEqual(['young cancelled']);
    expect(records.filter((record) => record.t === 'memo')).toMatchObject([{ run: 'late' }]);
  });

  it('ends a child once, although it and its parent cancel on the same event', () => {
    const cancel = [{ event: 'stop' }];
    const handler = makeFunction('h', { triggers: [{ event: 'inngest/function.cancelled' }] });
    const functions = [makeFunction('f', { cancel }), makeFunction('g', { cancel }), handler];
    const child = makeRun('child', { fn: 'g', parent: { run: 'parent', step: 's' } });
    const runs = [makeRun('parent', { pending: step('s', { op: 'InvokeFunction' }) }), child];
    const records = planEvent(makeContext({ functions, runs }), makeEvent('stop'));
    expect(ended(records).sort()).toEqual(['child cancelled', 'parent cancelled']);
    expect(started(records)).toEqual(['h', 'h']);
  });
});

describe('planStart', () => {
  it('starts once for an idempotency key, for a day', () => {
    const fn = makeFunction('f', { idempotency: 'event.data.id' });
    const context = makeContext({ functions: [fn] });
    const [once, run] = planStart(context, { fn, event: makeEvent('x', { id: 1 }) });
    expect(once).toEqual({ t: 'once', key: '["f",1]', until: 1_000_000 + 86_400_000 });
    expect(run).toMatchObject({ t: 'run' });
    context.state.onceKeys.set('["f",1]', context.now + 1);
    expect(planStart(context, { fn, event: makeEvent('x', { id: 1 }) })).toEqual([]);
    expect(started(planStart(context, { fn, event: makeEvent('x', { id: 2 }) }))).toEqual(['f']);
  });

  it('skips or cancels by singleton, for equal keys only', () => {
    const busy = makeRun('busy', { event: makeEvent('x', { db: 'a' }) });
    const other = makeRun('other', { event: makeEvent('x', { db: 'b' }) });
    const event = makeEvent('x', { db: 'a' });
    const skip = makeFunction('f', { singleton: { key: 'event.data.db', mode: 'skip' } });
    expect(planStart(makeContext({ functions: [skip], runs: [busy, other] }), { fn: skip, event })).toEqual([]);
    const cancel = makeFunction('f', { singleton: { key: 'event.data.db', mode: 'cancel' } });
    const records = planStart(makeContext({ functions: [cancel], runs: [busy, other] }), { fn: cancel, event });
    expect(ended(records)).toEqual(['busy cancelled']);
    expect(started(records)).toEqual(['f']);
  });
});

describe('planEnd', () => {
  const outcome = { status: 'failed', error: { name: 'E', message: 'm' } } as const;

  it('hands the error to the parent and starts the failure handler in the same line', () => {
    const handler = makeFunction('f-failure', {
      triggers: [{ event: 'inngest/function.failed', expression: "event.data.function_id == 'f'" }],
    });
    const stranger = makeFunction('g-failure', {
      triggers: [{ event: 'inngest/function.failed', expression: "event.data.function_id == 'g'" }],
    });
    const run = makeRun('r', { parent: { run: 'p', step: 's' } });
    const runs = [run, makeRun('p', { fn: 'p', pending: step('s', { op: 'InvokeFunction' }) })];
    const records = planEnd(makeContext({ functions: [makeFunction('f'), handler, stranger], runs }), run, outcome);
    expect(ended(records)).toEqual(['r failed']);
    expect(records).toContainEqual({ t: 'memo', run: 'p', step: 's', memo: { error: outcome.error } });
    expect(started(records)).toEqual(['f-failure']);
  });

  it('starts no handler for the failure of a handler', () => {
    const handler = makeFunction('h', { triggers: [{ event: 'inngest/function.failed' }] });
    const run = makeRun('r', { fn: 'h', event: makeEvent('inngest/function.failed') });
    expect(started(planEnd(makeContext({ functions: [handler], runs: [run] }), run, outcome))).toEqual([]);
  });
});

describe('planDue', () => {
  it('ends what is over and says when to look again', () => {
    const pending = {
      ...step('sleep', { op: 'Sleep', due: 1_000_000 }),
      ...step('wait', { op: 'WaitForEvent', due: 999_999 }),
      ...step('invoke', { op: 'InvokeFunction', due: 1 }),
      ...step('later', { op: 'Sleep', due: 1_000_300 }),
    };
    const retries = { step: { attempt: 1, at: 1_000_200, error: '' } };
    const { records, wakeAt } = planDue(makeContext({ runs: [makeRun('r', { pending, retries })] }));
    expect(records).toMatchObject([
      { step: 'sleep', memo: { data: null } },
      { step: 'wait', memo: { data: null } },
      { step: 'invoke', memo: { error: { name: 'InvokeTimeoutError' } } },
    ]);
    expect(wakeAt).toBe(1_000_200);
  });

  it('cancels runs that start or finish too late', () => {
    const functions = [makeFunction('f', { timeouts: { start: '1m', finish: '5m' } })];
    const runs = [
      makeRun('queued too long', { createdAt: 940_000 }),
      makeRun('just queued', { createdAt: 940_001 }),
      makeRun('too slow', { startedAt: 700_000 }),
      makeRun('in time', { startedAt: 700_001 }),
    ];
    const { records, wakeAt } = planDue(makeContext({ functions, runs }));
    expect(ended(records)).toEqual(['queued too long cancelled', 'too slow cancelled']);
    expect(wakeAt).toBe(1_000_001);
  });
});

describe('planCalls', () => {
  const plan = (context: ReturnType<typeof makeContext>, underWay: PlannedCall[] = [], concurrency = 100): string[] =>
    planCalls({
      ...context,
      concurrency,
      isDurable: (run) => run !== 'not durable',
      underWay: new Map(underWay.map((call) => [call.id, call])),
    }).map((call) => call.id);

  it('calls planned steps, else the function, and never what is under way, waits for a retry or is not durable', () => {
    const retries = { b: { attempt: 1, at: 1_000_001, error: '' }, c: { attempt: 1, at: 1_000_000, error: '' } };
    const pending = { ...step('a'), ...step('b'), ...step('c'), ...step('s', { op: 'Sleep' }) };
    const runs = [
      makeRun('steps', { pending, retries }),
      makeRun('asleep', { pending: step('s', { op: 'Sleep' }) }),
      makeRun('fresh'),
      makeRun('not durable'),
      makeRun('unknown', { fn: 'gone' }),
      makeRun('over', { outcome: { status: 'completed', data: null } }),
    ];
    const context = makeContext({ functions: [makeFunction('f')], runs });
    expect(plan(context)).toEqual(['steps a', 'steps c', 'fresh step']);
    const [first] = planCalls({ ...context, concurrency: 9, isDurable: () => true, underWay: new Map() });
    expect(plan(context, first === undefined ? [] : [first])).toEqual(['steps c', 'fresh step']);
  });

  it('keeps to the limit of a key, over runs and what is under way, and to its own', () => {
    const fn = makeFunction('f', { concurrency: { limit: 2, key: 'event.data.db' } });
    const runs = ['a', 'a', 'a', 'b'].map((db, n) => makeRun(`${db}${n}`, { event: makeEvent('x', { db }) }));
    const context = makeContext({ functions: [fn], runs });
    expect(plan(context)).toEqual(['a0 step', 'a1 step', 'b3 step']);
    expect(plan(context, [], 1)).toEqual(['a0 step']);
    const [first] = planCalls({ ...context, concurrency: 1, isDurable: () => true, underWay: new Map() });
    if (first === undefined) throw new Error('nothing planned');
    expect(plan(context, [first])).toEqual(['a1 step', 'b3 step']);
    expect(plan(context, [first], 1)).toEqual([]);
  });

  it('shares a limit between functions where its scope is the account', () => {
    const concurrency = [{ limit: 1, key: 'event.data.db', scope: 'account' }, { limit: 5 }];
    const functions = [makeFunction('f', { concurrency }), makeFunction('g', { concurrency })];
    const event = makeEvent('x', { db: 'a' });
    const runs = [makeRun('r', { event }), makeRun('s', { event, fn: 'g' })];
    expect(plan(makeContext({ functions, runs }))).toEqual(['r step']);
  });

  it('takes older runs first, shifted by the seconds of their priority', () => {
    const fn = makeFunction('f', { priority: { run: 'event.data.p' } });
    const runs = [
      makeRun('old', { createdAt: 100_000, event: makeEvent('x', { p: 0 }) }),
      makeRun('new', { createdAt: 200_000, event: makeEvent('x', { p: 0 }) }),
      makeRun('urgent', { createdAt: 300_000, event: makeEvent('x', { p: 150 }) }),
      makeRun('odd', { createdAt: 400_000, event: makeEvent('x', { p: 'much' }) }),
    ];
    expect(plan(makeContext({ functions: [fn], runs }))).toEqual(['old step', 'urgent step', 'new step', 'odd step']);
  });
});

describe('parseLocalFunction', () => {
  it.each([
    ['batchEvents', { batchEvents: { maxSize: 2, timeout: '1s' } }],
    ['throttle', { throttle: { limit: 1, period: '1s' } }],
    ['rateLimit', { rateLimit: { limit: 1, period: '1s' } }],
    ['debounce', { debounce: { period: '1s' } }],
    ['jitter', { triggers: [{ cron: '* * * * *', jitter: '5s' }] }],
    ['the wildcard event app/*', { triggers: [{ event: 'app/*' }] }],
  ])('refuses %s by name', (named, options) => {
    expect(() => makeFunction('app-f', options)).toThrow(`function app-f uses`);
    expect(() => makeFunction('app-f', options)).toThrow(named);
  });

  it('checks every expression and schedule when the function is registered', () => {
    for (const options of [
      { idempotency: 'hash(event.data.id)' },
      { concurrency: { limit: 1, key: 'hash(event.data.id)' } },
      { priority: { run: 'hash(event.data.id)' } },
      { singleton: { mode: 'skip', key: 'hash(event.data.id)' } },
      { cancel: [{ event: 'x', if: 'hash(event.data.id)' }] },
      { triggers: [{ event: 'x', expression: 'hash(event.data.id)' }] },
    ]) {
      expect(() => makeFunction('f', options)).toThrow('function hash() is not supported');
    }
    expect(() => makeFunction('f', { triggers: [{ cron: 'often' }] })).toThrow('"often" is not a cron schedule');
  });

  it('reads retries as one attempt more, and four attempts where they are not given', () => {
    expect(makeFunction('f').maxAttempts).toBe(4);
    expect(makeFunction('f', { steps: { step: { retries: { attempts: 0 } } } }).maxAttempts).toBe(1);
  });
});
