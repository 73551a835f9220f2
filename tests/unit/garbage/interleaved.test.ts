import { expect, it } from 'vitest';
import { commitManifest } from '#lib/backup/commit-manifest.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { deleteDoomed } from '#lib/garbage/delete-doomed.ts';
import { listBackups } from '#lib/manifest/manifest-store.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';
import { createRepository, type Repository } from '#lib/repository/repository.ts';
import { markChunks } from '#lib/retention/mark-chunks.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';
import { createMemoryStore, Turnstile, throughTurnstile } from './stepped-store.ts';

/** More turns than either actor takes while the other is there and nobody waits. */
const depth = 11;
const content = Buffer.from('ten bytes\n'.repeat(10));

/** Lets the actors take turns at the store until all have ended, as `choose` says of those that are left; answers the turns with a choice. */
type Choose = (open: readonly Turnstile[], turn: number) => Turnstile | undefined;
async function play(choose: Choose, actors: readonly Turnstile[]): Promise<number> {
  for (let turns = 0; ; ) {
    await Promise.all(actors.map((actor) => actor.stands()));
    const open = actors.filter(({ ended }) => !ended);
    if (open.length === 0) return turns;
    (open.length === 1 ? open[0] : choose(open, turns))?.letOne();
    if (open.length > 1) turns++;
  }
}

/** Of two actors: `true` lets the second one. */
function byChoices(choices: readonly boolean[]): Choose {
  // Beyond the depth a commit that waits for the sweep would wait for ever.
  return ([first, second], turn) => ((choices[turn] ?? turn >= depth) ? second : first);
}

/** Stays with one actor, and goes over to the next one before the turns that are named, or where one waits for another. */
function byMoves(begin: Turnstile, moves: readonly number[]): Choose {
  let [current, since] = [begin, 0];
  return (open, turn) => {
    const at = open.indexOf(current);
    if (at < 0 || moves.includes(turn) || turn - since > longestStay) {
      current = open[(at + 1) % open.length] ?? current;
      since = turn;
    }
    return current;
  };
}
/** More turns than an actor takes that waits for nobody. */
const longestStay = 9;

/** One order of a backup that counts on a chunk which is there, and attempts of one sweep that found it to be garbage. */
async function commitBesideSweep(attempts: number, order: (actors: readonly [Turnstile, ...Turnstile[]]) => Choose) {
  const objects = new Map<string, { bytes: Buffer; modified: Date }>();
  const store = createMemoryStore(objects);
  const committing = new Turnstile();
  const sweeping = Array.from({ length: attempts }, () => new Turnstile());
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
  const sweeps = sweeping.map(async (turnstile) => {
    const mine = open(turnstile);
    const spare = async (names: readonly string[]): Promise<Set<string>> => {
      const marked = await markChunks(mine);
      return new Set(names.filter((name) => marked.names.has(name)));
    };
    await deleteDoomed(mine, { id: 'one', names: [name], spare }).finally(() => turnstile.end());
  });
  const actors = [committing, ...sweeping] as const;
  const turns = await play(order(actors), actors);
  await Promise.all([commit, ...sweeps]);
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

function judge(ended: Awaited<ReturnType<typeof commitBesideSweep>>, order: string): void {
  const { outcome, isThere, isCommitted, left } = ended;
  expect(isCommitted, order).toBe(outcome === 'committed');
  expect(isThere || !isCommitted, order).toBe(true);
  if (outcome === 'committed') expect(left).toEqual([]);
}

it('no order of a commit and a sweep leaves a committed backup without its chunk', { timeout: 120_000 }, async () => {
  const tally = { committed: 0, refused: 0 };
  // Depth first through every choice there is: an order that was played says how many choices it had.
  for (let choices: boolean[] = []; ; ) {
    const ended = await commitBesideSweep(1, () => byChoices(choices));
    judge(ended, `${choices}`);
    if (ended.outcome === 'committed') tally.committed++;
    else tally.refused++;
    const turns = Math.min(ended.turns, depth);
    const full = Array.from({ length: turns }, (_, at) => choices[at] ?? false);
    const last = full.lastIndexOf(false);
    if (last < 0) break;
    choices = [...full.slice(0, last), true];
  }
  // Neither side may win always: then the orders that matter were not among them.
  expect(tally.committed).toBeGreaterThan(10);
  expect(tally.refused).toBeGreaterThan(10);
});

it('nor does a second attempt of the sweep beside the first', { timeout: 120_000 }, async () => {
  // Every order with at most two changes from an actor that has not ended; later, one of the three has ended.
  const turns = 18;
  const moves = Array.from({ length: turns * turns }, (_, n) => [n % turns, Math.floor(n / turns)]).filter(
    ([one = 0, other = 0]) => one <= other,
  );
  for (const first of [0, 1, 2]) {
    // All at once, as a commit that waits for a sweep sleeps.
    const orders = moves.map(async (at) => {
      const ended = await commitBesideSweep(2, (actors) => byMoves(actors[first] ?? actors[0], at));
      judge(ended, `${first}: ${at}`);
      return ended.outcome;
    });
    const outcomes = await Promise.all(orders);
    expect(outcomes.filter((outcome) => outcome === 'committed').length).toBeGreaterThan(10);
  }
});
