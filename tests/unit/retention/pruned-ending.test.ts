import { describe, expect, it } from 'vitest';
import { prunedEnding } from '#inngest/prune/endings.ts';
import { addDeletion, noDeletion } from '#lib/garbage/deletion-total.ts';
import { pruneOutcomeSchema } from '#lib/retention/prune-outcome.ts';

const found = {
  ...{ attempt: 'a', lists: 1, chunks: 3, bytes: 30, young: { chunks: 1, bytes: 5 } },
  ...{ seen: { chunks: 9, manifests: 2 }, unreadable: [] },
};
const parts = {
  plan: { kept: 4, ids: ['a'] },
  removed: { removed: 1, spared: 0, objects: { ...noDeletion, deleted: 2 } },
  sweep: { found, openBackups: [], objects: { ...noDeletion, deleted: 2, locked: ['chunks/ab/abcd'] } },
  tidied: { leftovers: noDeletion, runs: { folders: 0, objects: noDeletion } },
};

describe('the end of a prune', () => {
  it('tells what the store still holds, and is no failure', () => {
    const { status, exitCode, message, outcome } = prunedEnding(parts);
    expect([status, exitCode]).toEqual(['completed', 0]);
    expect(message).toBe('1 backups were removed, 4 are kept; 2 chunks were swept; 1 objects are still locked.');
    expect(pruneOutcomeSchema.parse(outcome)).toMatchObject({ swept: 2, objects: { locked: ['chunks/ab/abcd'] } });
  });

  it('says why nothing was swept: one backup that is being made, or one manifest that cannot be read', () => {
    const open = prunedEnding({ ...parts, sweep: { found: null, openBackups: ['r'], objects: noDeletion } });
    expect(open.message).toContain('no chunk was swept: backups are being made (r)');
    const unreadable = [{ key: 'k', code: 'manifest_damaged', message: 'k was changed.' }];
    const damaged = prunedEnding({
      ...parts,
      sweep: { found: { ...found, unreadable }, openBackups: [], objects: noDeletion },
    });
    expect(damaged.message).toContain('no chunk was swept: k was changed. What it names is not known');
  });

  it('stays small, however much could not be deleted', () => {
    const failed = Array.from({ length: 5_000 }, (_, n) => ({ key: `k${n}`, code: 'storage_denied', reason: 'no' }));
    const objects = addDeletion(noDeletion, { ...noDeletion, failed });
    const { outcome, message } = prunedEnding({ ...parts, removed: { removed: 0, spared: 0, objects } });
    expect(pruneOutcomeSchema.parse(outcome).objects.failed).toHaveLength(50);
    expect(message).toContain('5000 objects could not be deleted');
  });
});
