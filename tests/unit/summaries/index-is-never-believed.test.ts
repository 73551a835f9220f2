import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listBackupSummaries } from '#lib/backup-view/list-backup-summaries.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { backupPrefix } from '#lib/repository/repository-keys.ts';
import { listRunSummaries } from '#lib/run-view/list-run-summaries.ts';
import { readRunSummaries } from '#lib/run-view/read-run-summaries.ts';
import { listRunIds } from '#lib/runs/run-store.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { listStandings } from '#lib/standing/list-standings.ts';
import { pinBackup, unpinBackup } from '#lib/standing/pin-store.ts';
import { renewIndex } from '#lib/summaries/renew-index.ts';
import { readSegment } from '#lib/summaries/segment-store.ts';
import { forgetRun, idOf, openProcess, playBackup, playRun, type StoredObjects } from './play-repository.ts';

/** Times that runs and backups are of, in two months: 40 of them fill a segment. */
const hours = 150;
const connections = ['production', 'other'];

const hour = fc.nat(hours - 1);
const span = fc.record({ from: hour, count: fc.constantFrom(1, 5, 40) });
const act = fc.oneof(
  fc.record({ does: fc.constant('runs' as const), span, ended: fc.boolean() }),
  fc.record({ does: fc.constant('backups' as const), span }),
  fc.record({ does: fc.constant('forget runs' as const), span }),
  fc.record({ does: fc.constant('prune' as const), span }),
  fc.record({ does: fc.constant('look' as const), hour, how: fc.constantFrom('pin', 'unpin', 'passed', 'failed') }),
  fc.record({ does: fc.constant('read' as const) }),
  fc.record({ does: fc.constant('renew' as const), anew: fc.boolean() }),
  fc.record({
    does: fc.constant('spoil' as const),
    which: fc.nat(),
    how: fc.constantFrom('cut', 'flip', 'gone', 'empty', 'older', 'newer', 'no segment'),
  }),
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

/** Which of the processes do what, some of it at once. */
const rounds = fc.array(fc.array(fc.record({ process: fc.nat(3), act }), { minLength: 1, maxLength: 3 }), {
  ...{ minLength: 3, maxLength: 12 },
});

it('says what the repository says, whoever writes, prunes, checks, is killed or spoils it in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(rounds, async (all) => {
      const objects: StoredObjects = new Map();
      const [ended, forgotten] = [new Set<number>(), new Set<number>()];
      const processes = [
        openProcess(objects),
        openProcess(objects),
        openProcess(objects, { killed: 'before' }),
        openProcess(objects, { killed: 'after' }),
      ];
      for (const round of all) {
        await Promise.all(
          round.map(({ process, act }) => play(pick(processes, process), { act, objects, ended, forgotten })),
        );
        const truth = await readTruth(objects);
        for (const process of processes) expect(await readLists(process)).toEqual(truth);
      }
      const [process = openProcess(objects)] = processes;
      await renewIndex(process, { anew: false });
      const renewed = await readIndex(objects);
      const bare = withoutIndex(objects);
      await renewIndex(openProcess(bare), { anew: true });
      // Months that a newer Holdfast has written are its own.
      const foreign = renewed.filter(({ stored }) => stored.is === 'foreign').map(({ key }) => key);
      const isOurs = ({ key }: { key: string }): boolean => !foreign.includes(key);
      expect(renewed.filter(isOurs)).toEqual((await readIndex(bare)).filter(isOurs));
      expect(await readLists(openProcess(objects))).toEqual(await readTruth(objects));
    }),
    { numRuns: 60 },
  );
});

interface Play {
  act: Act;
  objects: StoredObjects;
  /** The runs that have ended: none of them is opened again. */
  ended: Set<number>;
  /** The runs that were taken away: no other one is ever called so. */
  forgotten: Set<number>;
}

async function play(repository: Repository, { act, objects, ended, forgotten }: Play): Promise<void> {
  switch (act.does) {
    case 'runs':
      for (const n of spread(act.span)) {
        if (forgotten.has(n) || (ended.has(n) && !act.ended)) continue;
        if (act.ended) ended.add(n);
        await playRun(repository, runOf(n, act.ended));
      }
      return;
    case 'backups':
      for (const n of spread(act.span)) await playBackup(repository, { ...backupOf(n), label: `${objects.size}` });
      return;
    case 'forget runs':
      for (const n of spread(act.span)) {
        forgotten.add(n);
        await forgetRun(repository, idOf(n, 'run1'));
      }
      return;
    case 'prune':
      for (const n of spread(act.span)) {
        for await (const { key } of repository.store.list(backupPrefix(backupOf(n))))
          await repository.store.delete(key);
      }
      return;
    case 'look':
      return look(repository, act);
    case 'read':
      // What is taken away between the listing and the read may be told as missing, or not at all.
      await readLists(repository);
      return;
    case 'renew':
      await renewIndex(repository, act);
      return;
    case 'spoil':
      spoil(objects, act);
  }
}

async function look(repository: Repository, { hour: n, how }: { hour: number; how: string }): Promise<void> {
  const backup = backupOf(n);
  if (how === 'pin') return pinBackup(repository, backup, { pinnedAt: '2026-11-21T00:00:00.000Z', reason: null });
  if (how === 'unpin') return unpinBackup(repository, backup);
  const about = { run: idOf(n, 'look'), at: '2026-11-21T00:00:00.000Z', how: 'read', recoveryMs: null };
  return recordCheck(repository, backup, { kind: 'verify', passed: how === 'passed', ...about });
}

function spoil(objects: StoredObjects, { which, how }: { which: number; how: string }): void {
  const keys = [...objects.keys()].filter((key) => key.startsWith('index/')).sort();
  const key = keys[which % Math.max(1, keys.length)];
  const stored = key === undefined ? undefined : objects.get(key);
  if (key === undefined || stored === undefined) return;
  const { bytes } = stored;
  const put = (text: string | Uint8Array): void =>
    void objects.set(key, { bytes: Buffer.from(text), modified: new Date() });
  if (how === 'gone') objects.delete(key);
  if (how === 'cut') put(bytes.subarray(0, bytes.length / 2));
  if (how === 'flip') put(bytes.map((byte, at) => (at === Math.floor(bytes.length * 0.7) ? byte ^ 1 : byte)));
  if (how === 'empty') put('');
  if (how === 'older') put(bytes.toString().replace('"format": 1', '"format": 0'));
  if (how === 'newer') put('{"format": 2, "months": {}}');
  if (how === 'no segment') put('{"format": 1, "lines": "AAAA", "keys": [], "sha256": ""}');
}

/** All lists as a person pages through them. */
async function readLists(repository: Repository) {
  const runs: unknown[] = [];
  for (let before: string | undefined; ; ) {
    const page = await listRunSummaries(repository, { limit: 70, before });
    runs.push(...page.runs.map(({ summary }) => summary));
    if (page.next === null) break;
    before = page.next;
  }
  const { backups } = await listBackupSummaries(repository, { limit: 5_000 });
  return { runs, backups };
}

/** The same by a process that knows nothing, at a store without an index. */
async function readTruth(objects: StoredObjects) {
  const repository = openProcess(withoutIndex(objects));
  const runIds = await listRunIds(repository);
  const runs = await readRunSummaries(repository, { runIds, interrupted: new Set() });
  const { backups } = await listBackupSummaries(repository, { limit: 5_000 });
  expect(backups).toHaveLength((await listStandings(repository)).length);
  return { runs: runs.map(({ summary }) => summary), backups };
}

function withoutIndex(objects: StoredObjects): StoredObjects {
  return new Map([...objects].filter(([key]) => !key.startsWith('index/')));
}

/** What the index says of each month; of a newer Holdfast's nothing is known. */
async function readIndex(objects: StoredObjects) {
  const keys = [...objects.keys()].filter((key) => key.startsWith('index/')).sort();
  const repository = openProcess(objects);
  return Promise.all(keys.map(async (key) => ({ key, stored: await readSegment(repository, key) })));
}

/** Names are not used twice: a run ends as it ends. */
function runOf(n: number, ended: boolean): Parameters<typeof playRun>[1] {
  return { id: idOf(n, 'run1'), status: ended ? pick(['completed', 'failed', 'cancelled'], n) : null };
}

/** Every other hour has a run and a backup, of two connections in turn. */
function backupOf(n: number): { connection: string; backupId: string } {
  return { connection: connections[n % 2] ?? '', backupId: idOf(n, '00aaaa') };
}

function spread({ from, count }: { from: number; count: number }): number[] {
  return Array.from({ length: count }, (_, at) => (from + at) % hours);
}

function pick<T>(all: readonly T[], at: number): T {
  const one = all[at % all.length];
  if (one === undefined) throw new Error('There is none.');
  return one;
}
