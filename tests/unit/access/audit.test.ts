import { describe, expect, it } from 'vitest';
import type { AuditNote } from '#lib/audit/audit-entry.ts';
import { listAudit, writeAudit } from '#lib/audit/audit-store.ts';
import { withAudit } from '#lib/audit/with-audit.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const note: AuditNote = {
  ...{ who: { kind: 'cli', id: null, name: 'alice@here' }, role: null, from: 'here' },
  ...{ what: 'create-token', object: 'ci', outcome: 'accepted' },
};
const at = (text: string): Date => new Date(`${text}T00:00:00Z`);

describe('the audit log', () => {
  it('is read newest first, page by page, across months without an entry', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const days = ['2025-01-31', '2025-12-31', '2026-01-01', '2026-11-20', '2026-11-21'];
    for (const day of days) await writeAudit(repository, { ...note, object: day }, at(day));
    const seen: (string | null)[] = [];
    let before: string | undefined;
    for (let pages = 0; pages < 9; pages += 1) {
      const page = await listAudit(repository, { limit: 2, before, now: at('2026-11-21') });
      seen.push(...page.entries.map(({ object }) => object));
      if (page.next === null) break;
      before = page.next;
    }
    expect(seen).toEqual(days.toReversed());
  });

  it('shows entries of one moment each once, and of a clock that is ahead', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const now = at('2026-11-30');
    const written = await Promise.all(
      Array.from({ length: 40 }, (_, n) => writeAudit(repository, { ...note, object: `${n}` }, now)),
    );
    await writeAudit(repository, { ...note, object: 'ahead' }, at('2026-12-02'));
    const first = await listAudit(repository, { limit: 25, now });
    const second = await listAudit(repository, { limit: 25, before: first.next ?? '', now });
    expect(first.entries[0]?.object).toBe('ahead');
    expect(second.next).toBeNull();
    const ids = [...first.entries, ...second.entries].map(({ id }) => id);
    expect(new Set(ids).size).toBe(41);
    expect(ids).toEqual(expect.arrayContaining(written.map(({ id }) => id)));
  });

  it('has no page where there is none', async () => {
    await using place = await openFileRepository();
    expect(await listAudit(place.repository, { limit: 5 })).toEqual({ entries: [], unreadable: [], next: null });
    await writeAudit(place.repository, note);
    for (const before of ['nonsense', '99999999T000000Z-x', '00000101T000000Z-x']) {
      const { entries } = await listAudit(place.repository, { limit: 5, before });
      expect(entries.length).toBeLessThanOrEqual(1);
    }
  });

  it('tells which entry cannot be read, and shows the others', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    for (const day of [19, 20, 21]) await writeAudit(repository, { ...note, object: `${day}` }, at(`2026-11-${day}`));
    const now = at('2026-11-21');
    const [, middle] = (await listAudit(repository, { limit: 5, now })).entries;
    const id = middle?.id ?? '';
    await repository.store.put(`audit/${id.slice(0, 8)}/${id}.json`, [Buffer.from('{"id":')]);
    expect(await listAudit(repository, { limit: 5, now })).toMatchObject({
      entries: [{ object: '21' }, { object: '19' }],
      unreadable: [{ id, problem: { name: 'DamagedError' } }],
      next: null,
    });
  });

  it('cuts what others wrote at length', async () => {
    await using place = await openFileRepository();
    const long = 'x'.repeat(10_000);
    const who = { ...note.who, id: long, name: long };
    await writeAudit(place.repository, { who, role: null, from: long, what: long, object: long, outcome: 'refused' });
    await writeAudit(place.repository, { ...note, object: long, run: long, detail: { reason: long } });
    const { entries } = await listAudit(place.repository, { limit: 2 });
    expect(entries.map(({ object }) => object?.length)).toEqual([300, 300]);
    for (const entry of entries) expect(JSON.stringify(entry).length).toBeLessThan(2_500);
  });
});

describe('an action that is logged', () => {
  it('is in the log before it is done', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const seen = await withAudit(repository, note, async () => (await listAudit(repository, { limit: 5 })).entries);
    expect(seen).toMatchObject([{ what: 'create-token', outcome: 'accepted' }]);
  });

  it('is followed by its failure', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const failure = new RefusedError('no', { code: 'not_now', hint: 'later' });
    await expect(withAudit(repository, note, () => Promise.reject(failure))).rejects.toBe(failure);
    const { entries } = await listAudit(repository, { limit: 5 });
    const told = entries.map(({ outcome, detail }) => [outcome, detail['code'] ?? null]);
    expect(told.sort()).toEqual([
      ['accepted', null],
      ['failed', 'not_now'],
    ]);
  });

  it('is not done where it cannot be logged', async () => {
    await using place = await openFileRepository();
    const full = new StorageError('no space', { code: 'storage_full', hint: 'Make room.' });
    const repository: Repository = { ...place.repository, putJson: () => Promise.reject(full) };
    let done = false;
    const work = async () => {
      done = true;
    };
    await expect(withAudit(repository, note, work)).rejects.toBe(full);
    expect(done).toBe(false);
  });
});
