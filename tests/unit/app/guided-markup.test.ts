import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { PreflightCard } from '#app/cutover/preflight-card.tsx';
import { StartCard } from '#app/cutover/start-card.tsx';
import { DifferenceDetails } from '#app/differences/difference-details.tsx';
import { planTableList } from '#app/recovery/plan-table-list.ts';
import { parseRecoveryChoice } from '#app/recovery/recovery-choice.ts';
import { TablePicker } from '#app/recovery/table-picker.tsx';
import { BackupChoice } from '#app/restore/backup-choice.tsx';
import type { CutoverPreview } from '#lib/cutover/preview-cutover.ts';
import { splitConsent } from '#lib/cutover/split-consent.ts';
import type { Check } from '#lib/report/check.ts';

const check = (name: string, passed: boolean): Check => ({
  ...{ name, object: 'connection live', passed, detail: `${name} detail`, hint: `do \`${name}\`` },
});

function previewOf(checks: Check[]): CutoverPreview {
  const choice = { strategy: 'database-swap', because: 'role app can create databases' };
  return { choice, plan: [['kept', 'for 7d']], checks, ...splitConsent(checks), replaces: true };
}

describe('the preflight on a page', () => {
  it('says what stands in the way and what to do, and what only wants a word', () => {
    const markup = renderToStaticMarkup(
      createElement(PreflightCard, {
        preview: previewOf([check('roles', true), check('protection', false), check('encoding', false)]),
      }),
    );
    expect(markup).toContain('database-swap: role app can create databases');
    expect(markup).toContain('preflight_encoding');
    expect(markup).toContain('do <code class="font-mono text-xs">encoding</code>');
    expect(markup).not.toContain('do <code class="font-mono text-xs">protection</code>');
    expect(markup.match(/stands in the way|wants your word|>fine</g)).toEqual([
      '>fine<',
      'wants your word',
      'stands in the way',
    ]);
  });
});

describe('the form that starts it', () => {
  const render = (consent: Check[], isWrongName = false) =>
    renderToStaticMarkup(
      createElement(StartCard, {
        ...{ title: 'Start', action: '/restore/start', values: { to: 'live', tables: ['a', 'b'], absent: undefined } },
        ...{ target: 'live', consent, button: 'Go', isWrongName },
        // biome-ignore lint/correctness/noChildrenProp: the type of the props asks for them here.
        children: 'It goes.',
      }),
    );

  it('wants the name where a check does, and carries what was chosen', () => {
    const markup = render([check('protection', false)]);
    expect(markup).toContain('connection live: protection detail.');
    expect(markup).toMatch(/<input required=""[^>]* name="confirm"/);
    expect(markup.match(/name="tables" value="[ab]"/g)).toHaveLength(2);
    expect(markup).not.toContain('absent');
    expect(markup).not.toContain('style=');
    const keys = [markup, render([])].map((one) => /name="key" value="([^"]+)"/.exec(one)?.[1]);
    expect(new Set(keys).size).toBe(2);
    expect(render([])).not.toContain('name="confirm"');
  });

  it('marks the name where another one was typed', () => {
    expect(render([check('protection', false)], true)).toContain('aria-invalid="true"');
    expect(render([check('protection', false)], false)).not.toContain('aria-invalid');
  });
});

describe('the boxes of tables', () => {
  const tables = [
    { schema: 'public', name: 'orders', rows: '40', reason: null },
    { schema: 'public', name: 'ext', rows: '0', reason: 'it belongs to an extension' },
  ];

  it('stay ticked while the list is narrowed, and cannot be ticked where it makes no sense', () => {
    const choice = parseRecoveryChoice({ tables: ['"public"."orders"', '"<b>"'], filter: 'e' });
    const markup = renderToStaticMarkup(
      createElement(TablePicker, {
        ...{ choice, backup: { connection: 'source', backupId: 'b' }, connections: ['live', 'source'] },
        ...{ tables: planTableList(tables, { chosen: choice.tables, filter: choice.filter }), schema: 'rescue' },
      }),
    );
    const boxes = [...markup.matchAll(/<input type="checkbox"[^>]*>/g)].map(([box]) => box);
    expect(boxes).toHaveLength(2);
    expect(boxes.every((box) => box.includes('checked=""'))).toBe(true);
    expect(markup).toContain('Not by itself: it belongs to an extension.');
    expect(markup).toMatch(/<option value="source" selected="">/);
    expect(markup).not.toContain('<b>');
  });
});

describe('the backups to choose from', () => {
  it('are not green where a manifest cannot be read, whatever was proven before', () => {
    const marks = { pinned: false, proven: true, verified: true, damaged: false };
    const key = { connection: 'source', backupId: '20261121T000000Z-abcd' };
    const problem = { name: 'DamagedError', code: 'object_damaged', message: 'It is cut off.', hint: 'Take another.' };
    const markup = renderToStaticMarkup(
      createElement(BackupChoice, {
        ...{ backups: [{ ...key, marks, outline: null, problem }], connections: [], connection: undefined },
        ...{ addressOf: () => '/', tell: (text: string) => text, newest: null, older: null },
      }),
    );
    expect(markup).toContain('object damaged');
    expect(markup).not.toMatch(/proven|verified/);
  });
});

describe('the differences of a table', () => {
  it('has its statements where keys reach them', () => {
    const detail = {
      ...{ table: 'public.orders', reason: null, notes: [], key: 'id' },
      samples: [{ what: 'Different', keys: ['4 in sum'], more: '12' }],
      statements: [{ what: 'Brings back.', sql: `insert into x values ('<b>');` }],
    };
    const markup = renderToStaticMarkup(createElement(DifferenceDetails, { detail }));
    expect(markup).toContain('<pre tabindex="0"');
    expect(markup).toContain('&lt;b&gt;');
    expect(markup).toContain('and 12 more');
  });
});
