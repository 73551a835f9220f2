import { expect, it } from 'vitest';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { tellLeft } from '#lib/recovery/tell-left.ts';

it('a side schema that only a person can take away is told, and is no failure of the sweep', () => {
  const about = (code: string) => ({ code, hint: 'h' });
  expect(tellLeft(new UsageError('no such connection', about('unknown_connection')))).toBe('no such connection');
  expect(tellLeft(new UnavailableError('out of reach', about('unreachable')))).toBe('out of reach');
  expect(tellLeft(new RollbackFailedError('others use it', about('side_schema_left')))).toBe('others use it');
});

it('what another sweep can cure, or nobody expects, stays a failure', () => {
  expect(tellLeft(new UnavailableError('m', { code: 'lock_timeout', hint: 'h' }))).toBeUndefined();
  expect(tellLeft(new DamagedError('m', { code: 'damaged_record', hint: 'h' }))).toBeUndefined();
  expect(tellLeft(new TypeError('a fault of ours'))).toBeUndefined();
});
