import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { hidePlaces } from '#app/http/hide-places.ts';
import { OutcomeCards } from '#app/runs/outcome-cards.tsx';
import { outcomeFacts } from '#app/runs/outcome-facts.tsx';
import { Facts } from '#app/ui/facts.tsx';
import type { RunKind, RunResult } from '#lib/runs/run-record.ts';

function resultOf(kind: RunKind, outcome: unknown, status: RunResult['status'] = 'completed'): RunResult {
  return {
    run: {
      ...{ id: '20261121T000000Z-abcd', kind, connection: 'source', target: 'live', backup: '20261120T000000Z-00aaaa' },
      ...{ startedAt: '2026-11-21T00:00:00.000Z', eventId: 'e', engineRunId: 'r', parent: null },
    },
    ...{ status, exitCode: 0, completedAt: '2026-11-21T00:01:00.000Z', durationMs: 60_000, outcome, error: null },
    timeline: [],
  };
}

const factsOf = (result: RunResult): string =>
  renderToStaticMarkup(createElement(Facts, { facts: outcomeFacts(result, { cutover: null }) })).replaceAll(
    /<[^>]*>/g,
    ' ',
  );

const cardsOf = (result: RunResult): string =>
  renderToStaticMarkup(createElement(OutcomeCards, { result, tell: hidePlaces, backups: null }));

describe('what a run’s page says came of it', () => {
  it('holds a drill against what is promised', () => {
    const outcome = {
      ...{ backup: 'b', on: 'connection spare', recoveryMs: 90_000, rtoMs: 60_000, attempts: 2 },
      restore: { run: '20261121T000001Z-part', leftOut: [{ object: 'extension x', reason: 'not there' }] },
    };
    expect(factsOf(resultOf('drill', outcome))).toMatch(
      /connection spare .* 1m 30s, 1m is promised \(rto\) .* the scratch server was lost .*Z-part/,
    );
    expect(cardsOf(resultOf('drill', outcome))).toMatch(/Left out.*extension x.*not there/);
  });

  it('says what a transfer’s source lost, and not that it is fenced after a rollback', () => {
    const written = { fenced: false, writes: { rows: 5, tables: [{ table: 'public.a', rows: 5 }] } };
    expect(factsOf(resultOf('transfer', written))).toContain('about 5 rows to source, which the copy does not have');
    expect(factsOf(resultOf('transfer', { fenced: true }))).toContain('source is read-only for its clients');
    expect(factsOf(resultOf('transfer', { fenced: true }, 'failed'))).not.toContain('read-only');
  });

  it('tells what a verification read and found', () => {
    const verified = {
      ...{ backup: 'b', connection: 'source', objects: 3, stored: 2_000, rows: '40', damaged: 2, sample: null },
      damage: [{ key: 'chunks/ab', owners: ['table public.a'], code: 'object_missing', says: 'gone' }],
      ...{ shared: { backups: [], notRead: 0 }, quarantined: { moved: ['chunks/ab'], stays: ['chunks/cd (locked)'] } },
    };
    expect(factsOf(resultOf('verify', verified))).toMatch(/3 objects, .* 40 rows .* 2 damaged objects .* 1 object/);
    expect(cardsOf(resultOf('verify', verified))).toMatch(
      /table public\.a.*chunks\/ab.*object missing.*And 1 more.*locked/,
    );
  });

  it('tells where a recovery is, and what has ended its comparison, without the places of the server', () => {
    const failure = { message: '/srv/backups/runs/x.json is missing.' };
    const facts = factsOf(resultOf('recover', { schema: 'rescue', differences: null, notCompared: failure }));
    expect(facts).toMatch(/schema rescue .* has not come to its end: a file of the server is missing/);
    expect(factsOf(resultOf('recover', { schema: 'rescue', notCompared: null }))).not.toContain('comparison');
  });

  it('names the run that was rolled back, and what was dropped by a discard', () => {
    expect(factsOf(resultOf('rollback', { rolledBack: '20261120T000000Z-then' }))).toContain('20261120T000000Z-then');
    const dropped = { discarded: '20261120T000000Z-then', sideSchema: 'rescue' };
    expect(factsOf(resultOf('discard', dropped))).toMatch(/Z-then .* the side schema rescue/);
    const givenUp = { discarded: '20261120T000000Z-then', givenUp: 'rescue' };
    expect(factsOf(resultOf('discard', givenUp))).toMatch(/given up .*the side schema rescue: it stays/);
  });

  it('lists the checks that refused it, with what to do, and without the places of the server', () => {
    const checks = [
      { name: 'room', object: 'disk', passed: false, detail: 'Cannot write /srv/data/x', hint: 'Make room.' },
      { name: 'protection', object: 'live', passed: false, detail: 'it is protected', hint: 'Give its name.' },
    ];
    const markup = cardsOf(resultOf('restore', { preflight: { checks } }, 'refused'));
    expect(markup).toContain('Cannot write a file of the server');
    expect(markup).toContain('Give its name.');
    expect(markup).not.toMatch(/wants your word|\/srv/);
  });

  it('says what a sweep and a prune took away', () => {
    const swept = {
      actions: [{ run: '20261119T000000Z-left', action: 'dropped', because: 'due' }],
      failures: ['it is s3://b/x'],
    };
    expect(cardsOf(resultOf('sweep', swept))).toMatch(/Z-left.*dropped.*due.*it is the repository/);
    const left = { ...swept, failures: [], left: ['R: there is no connection'] };
    expect(cardsOf(resultOf('sweep', left))).toMatch(/Left to a person.*R: there is no connection/);
    const pruned = {
      ...{ kept: 2, removed: 1, spared: 0, removedBackups: ['b'], swept: 4, heldBack: null, leftovers: 0, runs: 0 },
      garbage: { chunks: 5, bytes: 1_000, young: { chunks: 0, bytes: 0 } },
      objects: { deleted: 5, hidden: 0, locked: ['chunks/zz'], failed: [] },
    };
    expect(factsOf(resultOf('prune', pruned))).toMatch(/1 backup .*2 backups .*4 chunks swept of 5 unneeded ones/);
    expect(cardsOf(resultOf('prune', pruned))).toContain('locked still: chunks/zz');
  });
});
