import { describe, expect, it } from 'vitest';
import { parseEvents } from '#app/api/v1/events/parse-events.ts';

const backup = { name: 'holdfast/backup.requested', data: { connection: 'production' } };

describe('the events of a request', () => {
  it('may be one or many, with ids of their own', () => {
    expect(parseEvents(JSON.stringify(backup))).toEqual([backup]);
    const named = { ...backup, id: 'nightly-20261121' };
    expect(parseEvents(JSON.stringify([backup, named]))).toEqual([backup, named]);
  });

  it.each([
    ['holdfast/transfer.requested', { from: 'production', to: 'neon', fence: true, confirm: 'neon' }],
    ['holdfast/rollback.requested', { run: '20261121T000000Z-abcdef', confirm: 'neon' }],
    ['holdfast/discard.requested', { run: '20261121T000000Z-abcdef' }],
    ['holdfast/sweep.requested', {}],
    ['holdfast/drill.requested', { connection: 'production', to: 'neon' }],
    ['holdfast/run.approved', { run: '20261121T000000Z-abcdef' }],
  ])('may be %s', (name, data) => {
    expect(parseEvents(JSON.stringify({ name, data }))).toEqual([{ name, data }]);
  });

  it.each([
    ['text that is no JSON', 'backup please', 'bad_event', 'not JSON'],
    ['an empty list', '[]', 'bad_event', 'The body'],
    ['a field the event does not have', JSON.stringify({ ...backup, ts: 1 }), 'bad_event', 'ts'],
    ['data that is missing', JSON.stringify({ name: backup.name }), 'bad_event', 'data'],
    ['a misspelt field', JSON.stringify({ ...backup, data: { connection: 'a', lane: 3 } }), 'bad_event', '"lane"'],
    [
      'a URL for a connection',
      JSON.stringify({ ...backup, data: { connection: 'postgres://h/d' } }),
      'bad_event',
      'name',
    ],
    [
      'a run that says whose part it is',
      JSON.stringify({ ...backup, data: { connection: 'a', parent: '20261121T000000Z-abcdef/backup' } }),
      'bad_event',
      '"parent"',
    ],
    [
      'a run of a name that no run has',
      JSON.stringify({ name: 'holdfast/discard.requested', data: { run: 'x'.repeat(201) } }),
      'bad_event',
      '200',
    ],
    [
      'a confirmation at length',
      JSON.stringify({ name: 'holdfast/rollback.requested', data: { run: 'x', confirm: 'x'.repeat(201) } }),
      'bad_event',
      '200',
    ],
    ['an outcome', JSON.stringify({ name: 'holdfast/backup.completed', data: {} }), 'unknown_event', 'completed'],
    [
      'an event of the engine',
      JSON.stringify({ name: 'inngest/function.failed', data: {} }),
      'unknown_event',
      'inngest',
    ],
  ])('are refused for %s', (_, text, code, message) => {
    expect(() => parseEvents(text)).toThrow(
      expect.objectContaining({ name: 'UsageError', code, message: expect.stringContaining(message) }),
    );
  });
});
