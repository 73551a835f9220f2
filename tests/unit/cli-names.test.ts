import { describe, expect, it } from 'vitest';
import { pickNamed } from '#cli/commands/find-named.ts';
import { escapeControls } from '#cli/output/terminal.ts';
import { chooseEngine } from '#cli/workflow/choose-engine.ts';
import {
  describeBytes,
  describeCount,
  describeDuration,
  describeMany,
  describeTime,
} from '#lib/report/describe-amounts.ts';

describe('a name a person gives', () => {
  const all = ['20261121T01', '20261121T0145', '20261121T0146'].map((id) => ({ id, named: id }));
  const pick = (name: string): string => pickNamed(all, { name, location: 'file:/r' });

  it('is an id, or the beginning of exactly one', () => {
    expect(pick('20261121T0146')).toBe('20261121T0146');
    expect(pick('20261121T01')).toBe('20261121T01');
    expect(() => pick('2026')).toThrow('3 ids begin with "2026" in file:/r.');
    expect(() => pick('2027')).toThrow('Nothing is called "2027" in file:/r.');
  });
});

describe('the engine', () => {
  it('is Inngest where a variable of it is set to something', () => {
    expect(chooseEngine({ INNGEST_EVENT_KEY: 'k' })).toEqual({ kind: 'inngest', because: 'INNGEST_EVENT_KEY' });
    expect(chooseEngine({ INNGEST_DEV: 'http://127.0.0.1:8288' }).kind).toBe('inngest');
    for (const off of ['', '0', 'false', undefined]) expect(chooseEngine({ INNGEST_DEV: off }).kind).toBe('local');
  });
});

describe('what is printed', () => {
  it('shows control characters in names and obeys none', () => {
    expect(escapeControls('a\u001b[2Jb\u0007\u009bc\r\td\n')).toBe('a\\x1b[2Jb\\x07\\x9bc\\x0d\\x09d\n');
  });

  it('has amounts that a person can read, beyond 2^53 too', () => {
    expect(describeBytes('837000000')).toBe('837 MB');
    expect(describeCount('9007199254740993')).toBe('9,007,199,254,740,993');
    expect([describeMany(1, 'row'), describeMany('0', 'row')]).toEqual(['1 row', '0 rows']);
    expect([describeDuration(320), describeDuration(4321), describeDuration(130_000)]).toEqual([
      '320ms',
      '4.3s',
      '2m 10s',
    ]);
    expect(describeTime('2026-11-21T01:45:00.123456+00:00')).toBe('2026-11-21 01:45:00 UTC');
  });
});
