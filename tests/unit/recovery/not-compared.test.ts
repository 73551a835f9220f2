import { describe, expect, it } from 'vitest';
import { explainNotCompared } from '#lib/recovery/differences/not-compared.ts';
import { describeDifferences } from '#lib/recovery/differences/summarize-differences.ts';

function driverError(code: string, message = 'the message'): Error {
  return Object.assign(new Error(message), { code });
}

describe('explainNotCompared', () => {
  it.each([
    ['XX001', 'the server says: the message (SQLSTATE XX001)'],
    ['42501', 'the server says: the message (SQLSTATE 42501)'],
    ['53400', 'the server says: the message (SQLSTATE 53400)'],
    ['40P01', 'the server says: the message (SQLSTATE 40P01)'],
    ['55P03', 'another session holds a lock on it'],
    ['22P02', 'the server cannot read all of its rows (SQLSTATE 22P02)'],
    ['P0001', 'the server cannot read all of its rows (SQLSTATE P0001)'],
  ])('takes the answer %s of a server for an answer', (code, reason) => {
    expect(explainNotCompared(driverError(code))).toBe(reason);
  });

  it.each(['57P01', '57P03', '08006', 'ECONNRESET', 'EPIPE'])('leaves %s to another attempt', (code) => {
    expect(explainNotCompared(driverError(code))).toBeUndefined();
  });

  it('leaves what is no answer of a server to who asks', () => {
    expect(explainNotCompared(new Error('Connection terminated unexpectedly'))).toBeUndefined();
    expect(explainNotCompared(new TypeError('a fault of ours'))).toBeUndefined();
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
