import { describe, expect, it, vi } from 'vitest';
import { heartbeatMs, streamPulse } from '#app/runs/stream-pulse.ts';
import { mostOfOne, watchPulse } from '#app/runs/watch-pulse.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type RunPulse, readPulse } from '#lib/run-view/read-pulse.ts';
import { noteChild } from '#lib/runs/children-store.ts';
import { writeDecision } from '#lib/runs/decision-store.ts';
import { recordAttempt, writeProgress } from '#lib/runs/run-store.ts';
import { markWaiting } from '#lib/runs/waiting-store.ts';
import { makeRunPlace } from '#tests/support/run-place.ts';

const attempt = {
  ...{ attempt: 0, startedAt: '2026-11-21T00:00:00.000Z', endedAt: '2026-11-21T00:00:01.000Z' },
  ...{ outcome: 'completed' as const, error: null },
};
const lane = {
  ...{ lane: 'copy-0', phase: 'copy rows', rows: 1, bytes: 10, items: 1, totalBytes: 100, totalItems: 4 },
  updatedAt: '2026-11-21T00:00:01.000Z',
};

describe('the pulse of a run', () => {
  it('has another shape for each step, attempt, part and decision, and none for progress', async () => {
    await using place = await makeRunPlace();
    const { repository } = place;
    const { id } = await place.open(1, { kind: 'transfer' });
    const part = await place.open(2, { parent: id });
    const shapes: string[] = [];
    const look = async (): Promise<RunPulse> => {
      const pulse = await readPulse(repository, id);
      shapes.push(pulse.shape);
      return pulse;
    };
    expect(await look()).toMatchObject({ status: 'running', ended: false, progress: null });
    await recordAttempt(repository, { runId: id, n: '1', slug: 'preflight' }, attempt);
    await look();
    await recordAttempt(repository, { runId: id, n: '1', slug: 'preflight' }, { ...attempt, attempt: 1 });
    await look();
    await noteChild(repository, { run: id, step: 'backup' }, part.id);
    await look();
    await markWaiting(repository, part.id, { for: 'approval', what: 'it', until: '2099-01-01T00:00:00.000Z' });
    expect(await look()).toMatchObject({ status: 'waiting' });
    await writeDecision(repository, part.id, 'approve');
    expect(await look()).toMatchObject({ status: 'running' });
    expect(new Set(shapes).size).toBe(6);
    await writeProgress(repository, part.id, lane);
    expect(await look()).toMatchObject({ shape: shapes.at(-2), progress: { phase: 'copy rows', bytes: 10 } });
  });

  it('says that the run has ended, and how', async () => {
    await using place = await makeRunPlace();
    const run = await place.open(1);
    await place.close(run, 'proof-failed');
    expect(await readPulse(place.repository, run.id)).toMatchObject({ status: 'proof-failed', ended: true });
  });
});

describe('who watches a run', () => {
  it('costs the repository nothing more than another does', async () => {
    await using place = await makeRunPlace();
    const { id } = await place.open(1);
    const counted = countLists(place.repository);
    const told: RunPulse[] = [];
    const stops = Array.from({ length: 50 }, (_, n) =>
      watchPulse(counted.repository, { runId: id, listener: (pulse) => told.push(pulse), who: `${n}` }),
    );
    await vi.waitFor(() => expect(told.length).toBe(50), { timeout: 10_000, interval: 5 });
    // Read at once: the next look of the watch is a second away, and may come before anything awaited here.
    const lists = counted.lists();
    const once = countLists(place.repository);
    await readPulse(once.repository, id);
    expect(lists).toBe(once.lists());
    for (const stop of stops) stop();
  });

  it('is refused a stream beyond two hundred, and told what to do', async () => {
    await using place = await makeRunPlace();
    const { id } = await place.open(1);
    const watch = (who: string) => watchPulse(place.repository, { runId: id, listener: () => undefined, who });
    const stops = Array.from({ length: 200 }, (_, n) => watch(`${n}`));
    expect(() => watch('one more')).toThrow(expect.objectContaining({ code: 'too_many_streams' }));
    for (const stop of stops) stop();
    watch('one more')();
  });

  it('cannot take the streams of others', async () => {
    await using place = await makeRunPlace();
    const runs = [await place.open(1), await place.open(2)];
    const watch = (who: string, n: number) =>
      watchPulse(place.repository, { runId: runs[n % 2]?.id ?? '', listener: () => undefined, who });
    const stops = Array.from({ length: mostOfOne }, (_, n) => watch('one', n));
    expect(() => watch('one', 0)).toThrow(expect.objectContaining({ code: 'too_many_streams' }));
    watch('another', 0)();
    stops[0]?.();
    watch('one', 0)();
    for (const stop of stops) stop();
  });
});

describe('the stream of a run', () => {
  it('tells where the run is at once, then each change, and ends with the run', async () => {
    await using place = await makeRunPlace();
    const run = await place.open(1);
    const events = readEvents(stream(place.repository, run.id));
    const first = await events.next();
    expect(first.value).toMatchObject({ event: 'pulse', data: { status: 'running' } });
    await recordAttempt(place.repository, { runId: run.id, n: '1', slug: 'preflight' }, attempt);
    expect((await events.next()).value).toMatchObject({ data: { ended: false } });
    await place.close(run);
    expect((await events.next()).value).toMatchObject({ data: { ended: true, status: 'completed' } });
    expect((await events.next()).done).toBe(true);
  });

  it('does not tell again what the reader has, but tells the end in any case', async () => {
    await using place = await makeRunPlace();
    const run = await place.open(1);
    const first = await readEvents(stream(place.repository, run.id)).next();
    const again = readEvents(stream(place.repository, run.id, first.value?.id));
    const next = again.next();
    await recordAttempt(place.repository, { runId: run.id, n: '1', slug: 'preflight' }, attempt);
    const told = (await next).value;
    expect(told?.id).not.toBe(first.value?.id);
    await place.close(run);
    const end = (await again.next()).value;
    expect(end).toMatchObject({ data: { ended: true } });
    const late = readEvents(stream(place.repository, run.id, end?.id));
    expect((await late.next()).value).toMatchObject({ data: { ended: true } });
    expect((await late.next()).done).toBe(true);
  });

  it('is over when the reader goes', async () => {
    await using place = await makeRunPlace();
    const run = await place.open(1);
    const counted = countLists(place.repository);
    const leaving = new AbortController();
    const request = new Request('http://localhost/', { signal: leaving.signal });
    const watched = { repository: counted.repository, runId: run.id, who: 'one', requireStill: async () => undefined };
    const events = readEvents(streamPulse(request, watched));
    await events.next();
    leaving.abort();
    expect((await events.next()).done).toBe(true);
  });

  it('is over when who reads it may not any more, and goes on where that cannot be asked now', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await using place = await makeRunPlace();
      const run = await place.open(1);
      const answers: Error[] = [
        new UnavailableError('The repository does not answer.', { code: 'unavailable', hint: 'Wait.' }),
        new RefusedError('The token is revoked.', { code: 'token_revoked', hint: 'Ask for another.' }),
      ];
      let asked = 0;
      const requireStill = async (): Promise<void> => {
        const answer = answers[asked];
        asked += 1;
        if (answer) throw answer;
      };
      const watched = { repository: place.repository, runId: run.id, who: 'one', requireStill };
      const events = readEvents(streamPulse(new Request('http://localhost/'), watched));
      await events.next();
      await vi.advanceTimersByTimeAsync(heartbeatMs);
      await recordAttempt(place.repository, { runId: run.id, n: '1', slug: 'preflight' }, attempt);
      expect((await events.next()).value).toMatchObject({ data: { ended: false } });
      await vi.advanceTimersByTimeAsync(heartbeatMs);
      expect((await events.next()).done).toBe(true);
      expect(asked).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

function stream(repository: Repository, runId: string, known?: string): Response {
  const headers: Record<string, string> = known === undefined ? {} : { 'last-event-id': known };
  const watched = { repository, runId, who: 'one', requireStill: async () => undefined };
  return streamPulse(new Request('http://localhost/', { headers }), watched);
}

interface Told {
  id: string;
  event: string;
  data: RunPulse;
}

async function* readEvents(response: Response): AsyncGenerator<Told, void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (id && event && data) yield { id, event, data: JSON.parse(data) };
    }
  }
}

/** The same repository, which counts how often it is listed. */
function countLists(repository: Repository): { repository: Repository; lists: () => number } {
  let lists = 0;
  const store = new Proxy(repository.store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'list') lists += 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { repository: { ...repository, store }, lists: () => lists };
}
