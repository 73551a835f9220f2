import { expect, it } from 'vitest';
import { commitManifest } from '#lib/backup/commit-manifest.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { listAnnouncedCommits, readAnnouncedNames } from '#lib/garbage/announced-commit.ts';
import { deleteDoomed } from '#lib/garbage/delete-doomed.ts';
import { listObjects } from '#lib/manifest/list-objects.ts';
import { listBackups, readManifest } from '#lib/manifest/manifest-store.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';
import { createRepository, type Repository } from '#lib/repository/repository.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';
import { createMemoryStore, Turnstile, throughTurnstile } from './stepped-store.ts';

/** More turns than either actor takes while the other is there and nobody waits. */
const depth = 11;
const content = Buffer.from('ten bytes\n'.repeat(10));

/** Lets two actors take turns at the store as the choices say, then to their ends; answers how often each had a choice. */
async function play(choices: readonly boolean[], actors: readonly [Turnstile, Turnstile]): Promise<number> {
  let turns = 0;
  for (;;) {
    await Promise.all(actors.map((actor) => actor.stands()));
    const open = actors.filter(({ ended }) => !ended);
    const [first, second] = open;
    if (first === undefined) return turns;
    if (second === undefined) first.letOne();
    else {
      const chosen = choices[turns];
      // Beyond the depth a commit that waits for the sweep would wait for ever.
      if (chosen ?? turns >= depth) second.letOne();
      else first.letOne();
      turns = Math.min(turns + 1, depth);
    }
  }
}

/** One order of a backup that counts on a chunk which is there, and a sweep that found the chunk to be garbage. */
async function commitBesideSweep(choices: readonly boolean[]) {
  const objects = new Map<string, { bytes: Buffer; modified: Date }>();
  const store = createMemoryStore(objects);
  const [committing, sweeping] = [new Turnstile(), new Turnstile()];
  const open = (turnstile?: Turnstile): Repository =>
    createRepository({
      store: turnstile ? throughTurnstile(store, turnstile) : store,
      ...{ seal: plainSeal, codec: 'zstd', keys: null, beforeChunks: async () => undefined },
    });
  const repository = open();
  const { name } = await repository.putChunk([content]);
  // One object is all the backup has, so that there are few orders.
  const one = { name, stored: content.length };
  const made = makeManifest([makeTable('players', [name])]);
  const schema = { ...made.schema, entries: one, preData: one, postData: one };
  const manifest = { ...made, schema, inventory: one };

  let outcome = 'committed';
  const commit = (async () => {
    const mine = open(committing);
    // It was there when the rows were read: nothing is uploaded.
    expect(await mine.putChunk([content])).toBeDefined();
    await commitManifest(mine, manifest);
  })()
    .catch((cause: unknown) => {
      if (!(cause instanceof DamagedError && cause.code === 'object_missing')) throw cause;
      outcome = 'refused';
    })
    .finally(() => committing.end());
  const sweep = (async () => {
    const mine = open(sweeping);
    const spare = async (): Promise<Set<string>> => {
      const needed = new Set<string>();
      for (const { key } of await listAnnouncedCommits(mine)) {
        for (const one of await readAnnouncedNames(mine, key)) needed.add(one);
      }
      for (const backup of await listBackups(mine)) {
        for (const one of listObjects(await readManifest(mine, backup))) needed.add(one.name);
      }
      return needed;
    };
    await deleteDoomed(mine, { id: 'one', names: [name], spare });
  })().finally(() => sweeping.end());
  const turns = await play(choices, [committing, sweeping]);
  await Promise.all([commit, sweep]);
  const isThere = objects.has(`chunks/${name.slice(0, 2)}/${name}`);
  const isCommitted = (await listBackups(repository)).length === 1;
  return {
    outcome,
    isThere,
    isCommitted,
    turns,
    left: [...objects.keys()].filter((key) => !/^chunks|^backups/.test(key)),
  };
}

it('no order of a commit and a sweep leaves a committed backup without its chunk', { timeout: 120_000 }, async () => {
  const tally = { committed: 0, refused: 0, swept: 0 };
  // Depth first through every choice there is: an order that was played says how many choices it had.
  for (let choices: boolean[] = []; ; ) {
    const { outcome, isThere, isCommitted, turns, left } = await commitBesideSweep(choices);
    expect(isCommitted, `${choices}`).toBe(outcome === 'committed');
    expect(isThere || !isCommitted, `${choices}`).toBe(true);
    if (outcome === 'committed') expect(left).toEqual([]);
    tally[outcome === 'committed' ? 'committed' : 'refused']++;
    if (!isThere) tally.swept++;
    const full = Array.from({ length: turns }, (_, at) => choices[at] ?? false);
    const last = full.lastIndexOf(false);
    if (last < 0) break;
    choices = [...full.slice(0, last), true];
  }
  // Neither side may win always: then the orders that matter were not among them.
  expect(tally.committed).toBeGreaterThan(10);
  expect(tally.refused).toBeGreaterThan(10);
});
