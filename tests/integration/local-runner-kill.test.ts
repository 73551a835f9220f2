import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  liveOnce,
  makeCampaignFolder,
  readEffects,
  rememberedParts,
  replayFolder,
  seededRandom,
  startLife,
} from '#tests/support/runner-campaign.ts';
import { waitFor } from '#tests/support/wait-for.ts';

const seed = 20261121;
const wantedKills = 25;

const completed = {
  status: 'completed',
  data: {
    parts: Array.from({ length: 12 }, (_, part) => part * 10),
    flaky: 2,
    lanes: [1, 3, 5, 7, 9],
    answer: 'yes',
    caught: 'NonRetriableError: never',
  },
};

describe('a local runner whose process is killed again and again', () => {
  it(`finishes every run with the right result, over ${wantedKills} kills (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    let kills = 0;
    let campaigns = 0;
    let resumed = 0;
    while (kills < wantedKills) {
      const folder = await makeCampaignFolder();
      const counts = new Map<string, number>();
      campaigns += 1;
      for (;;) {
        const life = await liveOnce({ folder, killAfterMs: 50 + random() * 900 });
        if (existsSync(join(folder, 'journal.jsonl'))) checkWhatIsRemembered(folder, counts);
        if (!life.killed) {
          expect(life.stderr).toBe('');
          checkOutcomes(JSON.parse(life.stdout));
          break;
        }
        kills += 1;
        if (counts.size > 0) resumed += 1;
      }
      checkEffects(folder);
      await rm(folder, { recursive: true });
    }
    console.log(`${kills} kills in ${campaigns} campaigns, ${resumed} of them with remembered steps`);
    expect(resumed).toBeGreaterThan(wantedKills / 2);
  }, 600_000);

  it('refuses a journal that another living process drives', async () => {
    const folder = await makeCampaignFolder();
    const first = startLife(folder);
    await waitFor(async () => existsSync(join(folder, 'journal.jsonl')) || undefined);
    // It must not end before the second one looks.
    first.child.kill('SIGSTOP');
    const second = await startLife(folder).ended;
    first.child.kill('SIGCONT');
    expect(second.stdout).toBe('');
    expect(second.stderr).toMatch(/RefusedError: journal in use by pid \d+/);
    checkOutcomes(JSON.parse((await first.ended).stdout));
    await rm(folder, { recursive: true });
  });
});

/** After a kill: no event without its run, and no step that ran again although the journal held its result. */
function checkWhatIsRemembered(folder: string, counts: Map<string, number>): void {
  const state = replayFolder(folder);
  const started = new Set([...state.runs.values()].map((run) => run.event.id));
  for (const id of ['start-a', 'start-b', 'fail-1', 'long-1']) expect(started.has(id)).toBe(state.eventIds.has(id));
  const effects = readEffects(folder).map((effect) => effect.what);
  for (const part of rememberedParts(state)) {
    const count = effects.filter((what) => what === part).length;
    expect(count).toBeGreaterThan(0);
    expect({ part, count }).toEqual({ part, count: counts.get(part) ?? count });
    counts.set(part, count);
  }
  const failures = [...state.runs.values()].filter((run) => run.fn === 'demo-failing-failure');
  expect(failures.length).toBeLessThanOrEqual(1);
}

function checkOutcomes(outcomes: Record<string, unknown>): void {
  expect(outcomes).toEqual({
    'start-a': completed,
    'start-b': completed,
    'fail-1': { status: 'failed', error: expect.objectContaining({ message: 'no way' }) },
    'long-1': { status: 'cancelled', reason: 'event demo/stop' },
  });
}

function checkEffects(folder: string): void {
  const effects = readEffects(folder);
  const whats = effects.map((effect) => effect.what);
  for (const job of ['a', 'b']) {
    for (let part = 0; part < 12; part += 1) expect(whats).toContain(`${job} part-${part}`);
    const attempts = whats.flatMap((what) => what.match(`^${job} flaky attempt (\\d)$`)?.[1] ?? []);
    expect(attempts).toEqual([...attempts].sort());
    expect(new Set(attempts)).toEqual(new Set(['0', '1', '2']));
  }
  expect(whats).toContain('onFailure f: no way');
  expect(whats).not.toContain('never');
  const inside = new Map<string, number>();
  for (const { pid, what } of effects) {
    const [, move, lane] = /^(enter|leave) (.*)$/.exec(what) ?? [];
    if (move === undefined) continue;
    const count = (inside.get(`${pid} ${lane}`) ?? 0) + (move === 'enter' ? 1 : -1);
    inside.set(`${pid} ${lane}`, count);
    expect(count).toBeLessThanOrEqual(2);
  }
}
