import { describe, expect, it } from 'vitest';
import { listRunSummaries } from '#lib/run-view/list-run-summaries.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { markWaiting } from '#lib/runs/waiting-store.ts';
import { makeRunPlace } from '#tests/support/run-place.ts';

describe('the list of runs', () => {
  it('is newest first, page by page, without a gap or a run twice', async () => {
    await using place = await makeRunPlace();
    for (let n = 0; n < 70; n++) await place.open(n);
    const seen: string[] = [];
    let before: string | undefined;
    const sizes: number[] = [];
    do {
      const { runs, next } = await listRunSummaries(place.repository, { limit: 30, before });
      sizes.push(runs.length);
      seen.push(...runs.map(({ id }) => id));
      before = next ?? undefined;
    } while (before !== undefined);
    expect(sizes).toEqual([30, 30, 10]);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(seen).toHaveLength(70);
  });

  it('ends where a page ends with the last run', async () => {
    await using place = await makeRunPlace();
    for (let n = 0; n < 4; n++) await place.open(n);
    const { next } = await listRunSummaries(place.repository, { limit: 2 });
    expect((await listRunSummaries(place.repository, { limit: 2, before: next ?? '' })).next).toBeNull();
  });

  it('reads no more than some hundred runs for a page that a filter leaves empty, and goes on from there', async () => {
    await using place = await makeRunPlace();
    await place.open(0, { kind: 'sweep' });
    for (let n = 1; n <= 520; n++) await place.open(n);
    const first = await listRunSummaries(place.repository, { limit: 5, kind: 'sweep' });
    expect(first.runs).toEqual([]);
    const second = await listRunSummaries(place.repository, { limit: 5, kind: 'sweep', before: first.next ?? '' });
    expect(second).toMatchObject({ runs: [{ summary: { run: { kind: 'sweep' } } }], next: null });
  });

  it('is narrowed by kind, by either connection, by status, and to what may be seen', async () => {
    await using place = await makeRunPlace();
    const { repository } = place;
    await place.close(await place.open(1));
    await place.close(await place.open(2, { kind: 'restore', connection: 'source', target: 'other' }), 'failed');
    const waiting = await place.open(3, { kind: 'restore', connection: 'third', target: 'source' });
    const until = '2099-01-01T00:00:00.000Z';
    await markWaiting(repository, waiting.id, { for: 'approval', what: 'it', until });
    await place.open(4, { kind: 'sweep', connection: null });
    const engines = async (filter: Parameters<typeof listRunSummaries>[1]): Promise<string[]> =>
      (await listRunSummaries(repository, filter)).runs.map(
        ({ summary }) => summary?.run.engineRunId.replace('engine-', '') ?? '',
      );
    expect(await engines({ limit: 9 })).toEqual(['4', '3', '2', '1']);
    expect(await engines({ limit: 9, kind: 'restore' })).toEqual(['3', '2']);
    expect(await engines({ limit: 9, connection: 'source' })).toEqual(['3', '2', '1']);
    expect(await engines({ limit: 9, status: 'waiting' })).toEqual(['3']);
    expect(await engines({ limit: 9, status: 'failed' })).toEqual(['2']);
    expect(await engines({ limit: 9, status: 'running' })).toEqual(['4']);
    expect(await engines({ limit: 9, status: 'open' })).toEqual(['4', '3']);
    expect(await engines({ limit: 9, isVisible: ({ target }) => target !== 'other' })).toEqual(['4', '3', '1']);
  });

  it('tells which run cannot be read, and shows the others and all that is older', async () => {
    await using place = await makeRunPlace();
    const { repository } = place;
    for (let n = 0; n < 6; n++) await place.close(await place.open(n));
    const [cut, cutOpen] = [await place.open(6), await place.open(7)];
    await place.close(cut);
    await repository.store.put(`${runFolder(cut.id)}result.json`, [Buffer.from('{"run":')]);
    await repository.store.put(`${runFolder(cutOpen.id)}run.json`, [Buffer.from('{"id":')]);
    const first = await listRunSummaries(repository, { limit: 4 });
    expect(first.runs).toMatchObject([
      { id: cutOpen.id, summary: null, problem: { name: 'DamagedError' } },
      { id: cut.id, summary: null, problem: { name: 'DamagedError', hint: expect.any(String) } },
      { summary: { run: { engineRunId: 'engine-5' } }, problem: null },
      { summary: { run: { engineRunId: 'engine-4' } }, problem: null },
    ]);
    const second = await listRunSummaries(repository, { limit: 4, before: first.next ?? '' });
    expect(second).toMatchObject({ runs: { length: 4 }, next: null });
    // Whose they are, and of what kind, nobody knows.
    for (const narrowed of [
      { onlyReadable: true },
      { kind: 'backup' },
      { connection: 'source' },
      { status: 'completed' },
    ] as const) {
      const { runs } = await listRunSummaries(repository, { limit: 9, ...narrowed });
      expect(runs.map(({ problem }) => problem)).toEqual([null, null, null, null, null, null]);
    }
  });
});
