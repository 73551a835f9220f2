import { describe, expect, it } from 'vitest';
import { canDoWithout } from '#lib/recovery/differences/can-do-without.ts';
import { explainNotCompared } from '#lib/recovery/differences/not-compared.ts';
import { describeDifferences } from '#lib/recovery/differences/summarize-differences.ts';
import { sideTablesGone } from '#lib/recovery/side-tables-gone.ts';

function driverError(code: string, message = 'the message'): Error {
  return Object.assign(new Error(message), { code });
}

describe('explainNotCompared', () => {
  it.each([
    ['XX001', 'the server says: the message (SQLSTATE XX001)'],
    ['42501', 'the server says: the message (SQLSTATE 42501)'],
    ['53100', 'the server says: the message (SQLSTATE 53100)'],
    ['55P03', 'another session holds a lock on it'],
    ['22P02', 'the server cannot read all of its rows (SQLSTATE 22P02)'],
    ['P0001', 'the server cannot read all of its rows (SQLSTATE P0001)'],
  ])('takes the answer %s of a server for an answer', (code, reason) => {
    expect(explainNotCompared(driverError(code))).toBe(reason);
  });

  it.each([
    ...['57P01', '57P03', '57P05', '25P03', '25P04', '08006', 'ECONNRESET', 'EPIPE'],
    ...['40P01', '40001', '53300', '53400'],
  ])('leaves %s to another attempt', (code) => {
    expect(explainNotCompared(driverError(code))).toBeUndefined();
  });

  it('leaves what is no answer of a server to who asks', () => {
    expect(explainNotCompared(new Error('Connection terminated unexpectedly'))).toBeUndefined();
    expect(explainNotCompared(new TypeError('a fault of ours'))).toBeUndefined();
  });
});

describe('a recovery whose comparison has failed', () => {
  it('does without it where the live database could not be read, and not where its own tables are gone', () => {
    for (const code of ['connection_lost', 'serialization', 'server_busy', 'no_right', 'disk_full']) {
      expect(canDoWithout({ code })).toBe(true);
    }
    expect(canDoWithout(sideTablesGone('side', ['a']))).toBe(false);
    expect(canDoWithout({ code: 'unexpected' })).toBe(false);
  });

  it('names what is gone, and not all of a thousand', () => {
    const names = Array.from({ length: 7 }, (_, n) => `t"${n}`);
    expect(sideTablesGone('s', names).message).toMatch(/: "s"\."t""0", .*"s"\."t""4" and 2 more\.$/);
  });
});

describe('describeDifferences', () => {
  it('names no number of rows where no table was compared by its rows', () => {
    const none = { onlyInBackup: '0', onlyInLive: '0', different: '0' };
    expect(describeDifferences({ ...none, tables: 2, notByKey: 2 })).toBe('No table was compared row by row.');
    expect(describeDifferences({ ...none, tables: 2, notByKey: 1 })).toMatch(
      /; 1 table was not compared row by row\.$/,
    );
  });
});
