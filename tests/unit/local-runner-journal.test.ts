import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '#inngest/local/journal.ts';
import type { JournalRecord, RunState } from '#inngest/local/journal-record.ts';
import { readJournal } from '#inngest/local/read-journal.ts';
import {
  applyRecord,
  emptyState,
  forgetExpired,
  planCompaction,
  type RunnerState,
} from '#inngest/local/runner-state.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
  path = join(folder, 'journal.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const run: RunState = {
  id: 'r1',
  fn: 'app-f',
  event: { id: 'e1', name: 'a', ts: 1, data: { n: 1 } },
  createdAt: 1,
  finished: [],
  memos: {},
  pending: {},
  retries: {},
};
const planned = { id: 's2', name: 'two', op: 'Sleep', known: 1, due: 50 } as const;
const records: JournalRecord[] = [
  { t: 'journal', format: 1 },
  { t: 'event', id: 'e1', until: 1000 },
  { t: 'once', key: 'k', until: 1000 },
  { t: 'run', run },
  { t: 'started', run: 'r1', at: 2 },
  { t: 'retry', run: 'r1', key: 'step', attempt: 1, at: 9, error: 'Error: x' },
  { t: 'memo', run: 'r1', step: 's1', memo: { data: 1 } },
  { t: 'planned', run: 'r1', steps: [planned] },
  { t: 'memo', run: 'r1', step: 's2', memo: { error: { name: 'E', message: 'm' } } },
  { t: 'planned', run: 'r1', steps: [{ ...planned, id: 's3', op: 'StepPlanned' }] },
  { t: 'run', run: { ...run, id: 'r2' } },
  { t: 'ended', run: 'r2', at: 5, outcome: { status: 'completed', data: 'x' } },
];
const stateOf = (list: readonly JournalRecord[]): RunnerState => {
  const state = emptyState();
  for (const record of list) applyRecord(state, record);
  return state;
};
const textOf = (list: readonly JournalRecord[]): string =>
  list.map((record) => `${JSON.stringify([record])}\n`).join('');
const noCompaction = (): JournalRecord[][] => [];

describe('applyRecord', () => {
  it('adds up to the memoised steps in their order, the open ones and the outcomes', () => {
    const state = stateOf(records);
    expect(state.runs.get('r1')).toMatchObject({ finished: ['s1', 's2'], startedAt: 2, retries: {} });
    expect(Object.keys(state.runs.get('r1')?.pending ?? {})).toEqual(['s3']);
    expect(state.runs.get('r2')).toMatchObject({ endedAt: 5, outcome: { status: 'completed', data: 'x' }, memos: {} });
  });

  it('changes nothing the second time, wherever a tail is applied twice', () => {
    for (let from = 0; from <= records.length; from += 1) {
      expect(stateOf([...records, ...records.slice(from)])).toEqual(stateOf(records));
    }
  });

  it('changes nothing of a run that has ended', () => {
    const late: JournalRecord = { t: 'memo', run: 'r2', step: 's9', memo: { data: 1 } };
    expect(stateOf([...records, late])).toEqual(stateOf(records));
  });
});

describe('planCompaction', () => {
  it('adds up to the same state', () => {
    const state = stateOf(records);
    expect(stateOf(planCompaction(state, 100).flat())).toEqual(state);
  });

  it('leaves out what has expired, as forgetExpired does', () => {
    const state = stateOf(records);
    const later = 25 * 3_600_000;
    const compacted = stateOf(planCompaction(state, later).flat());
    expect([...compacted.runs.keys()]).toEqual(['r1']);
    expect(compacted.eventIds.size + compacted.onceKeys.size).toBe(0);
    forgetExpired(state, later);
    expect(state).toEqual(compacted);
  });
});

describe('readJournal', () => {
  it('cuts a torn tail off at whichever byte it ends', () => {
    const bytes = Buffer.from(textOf(records));
    const whole = Buffer.from(textOf(records.slice(0, -1))).length;
    for (let length = whole; length < bytes.length; length += 1) {
      const content = readJournal({ bytes: bytes.subarray(0, length), path });
      expect(content.lines.flat()).toEqual(records.slice(0, -1));
      expect(content.wholeBytes).toBe(whole);
    }
    expect(readJournal({ bytes, path }).lines.flat()).toEqual(records);
  });

  it('cuts off a tail that was never written, only reserved', () => {
    const bytes = Buffer.concat([Buffer.from(textOf(records)), Buffer.alloc(40), Buffer.from('\n')]);
    expect(readJournal({ bytes, path }).lines.flat()).toEqual(records);
  });

  it('calls an unreadable line in the middle damage, and names file and line', () => {
    const text = textOf(records).replace('"once"', '"on');
    expect(() => readJournal({ bytes: Buffer.from(text), path })).toThrow(`line 3 of the journal ${path} is damaged`);
  });

  it('refuses a record of a newer version', () => {
    const text = `${textOf(records)}[{"t":"journal","format":2}]\n`;
    expect(() => readJournal({ bytes: Buffer.from(text), path })).toThrow('a record this version does not know');
  });
});

describe('openJournal', () => {
  it('gives back what was appended, and goes on behind a torn tail', async () => {
    const first = await openJournal({ path, compact: noCompaction });
    await Promise.all(records.map((record) => first.append([record])));
    await first.close();
    appendFileSync(path, '[{"t":"ev');
    const second = await openJournal({ path, compact: noCompaction });
    expect(second.lines.flat()).toEqual(records);
    await second.append([{ t: 'event', id: 'e2', until: 1 }]);
    await second.close();
    const third = await openJournal({ path, compact: noCompaction });
    expect(third.lines.flat()).toEqual([...records, { t: 'event', id: 'e2', until: 1 }]);
    await third.close();
    await expect(third.append([])).rejects.toThrow('is closed');
  });

  it('compacts a long file to the state and loses nothing of it', async () => {
    const state = emptyState();
    const compact = (): JournalRecord[][] => planCompaction(state, 0);
    const journal = await openJournal({ path, compact, compactAboveBytes: 2000 });
    let longest = 0;
    for (let n = 0; n < 300; n += 1) {
      const record: JournalRecord = { t: 'once', key: `key ${n % 7}`, until: 1000 + n };
      applyRecord(state, record);
      await journal.append([record]);
      longest = Math.max(longest, readFileSync(path).length);
    }
    await journal.close();
    expect(longest).toBeLessThan(2200);
    const reopened = await openJournal({ path, compact });
    expect(stateOf(reopened.lines.flat())).toEqual(state);
    await reopened.close();
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('ignores the draft of a compaction that was killed', async () => {
    writeFileSync(path, textOf(records));
    writeFileSync(`${path}.new`, '[{"t":"jour');
    const journal = await openJournal({ path, compact: noCompaction });
    expect(journal.lines.flat()).toEqual(records);
    await journal.close();
  });

  it('refuses a journal that is open, by the pid of its holder', async () => {
    const holder = await openJournal({ path, compact: noCompaction });
    await expect(openJournal({ path, compact: noCompaction })).rejects.toThrow(`journal in use by pid ${process.pid}`);
    await holder.close();
    await (await openJournal({ path, compact: noCompaction })).close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('takes over the lock of a dead process, and of another process that got its pid', async () => {
    const holder = await openJournal({ path, compact: noCompaction });
    const lock: Record<string, unknown> = JSON.parse(readFileSync(`${path}.lock`, 'utf8'));
    await holder.close();
    const { pid: deadPid } = spawnSync(process.execPath, ['-e', '']);
    for (const stale of [
      { ...lock, pid: deadPid },
      { ...lock, started: '1' },
    ]) {
      writeFileSync(`${path}.lock`, JSON.stringify(stale));
      await (await openJournal({ path, compact: noCompaction })).close();
    }
  });

  it('says so when it cannot be written, and stays that way', async () => {
    const journal = await openJournal({ path, compact: noCompaction, compactAboveBytes: 0 });
    await journal.append([{ t: 'event', id: 'e', until: 1 }]);
    rmSync(folder, { recursive: true });
    for (const id of ['f', 'g']) {
      await expect(journal.append([{ t: 'event', id, until: 1 }])).rejects.toThrow(
        `the journal ${path} cannot be written`,
      );
    }
    await journal.close();
    mkdirSync(folder);
  });

  it('lets exactly one of many processes take over a stale lock', async () => {
    const holder = await openJournal({ path, compact: noCompaction });
    const lock: Record<string, unknown> = JSON.parse(readFileSync(`${path}.lock`, 'utf8'));
    await holder.close();
    writeFileSync(`${path}.lock`, JSON.stringify({ ...lock, started: '1' }));
    const opened = await Promise.allSettled(
      Array.from({ length: 20 }, () => openJournal({ path, compact: noCompaction })),
    );
    expect(opened.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of opened) if (result.status === 'fulfilled') await result.value.close();
  });
});
