import { expect, it } from 'vitest';
import { pickLatest } from '#lib/manifest/pick-latest.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';

const now = new Date('2026-11-21T12:00:00Z');
const backup = (minutesAhead: number) => ({
  backupId: createBackupId(new Date(now.getTime() + minutesAhead * 60_000), () => 0),
});

it('latest is the newest backup that is not dated in the future, and tells which it passes over', () => {
  const [ahead, skewed, old] = [backup(60), backup(4), backup(-60)];
  expect(pickLatest([skewed, old], now)).toEqual({ latest: skewed, passedOver: [] });
  expect(pickLatest([ahead, old], now)).toEqual({ latest: old, passedOver: [ahead] });
  expect(pickLatest([backup(120), ahead, skewed, old], now).latest).toEqual(skewed);
  expect(pickLatest([backup(120), ahead], now)).toEqual({ latest: backup(120), passedOver: [] });
  expect(pickLatest([], now)).toEqual({ latest: undefined, passedOver: [] });
});
