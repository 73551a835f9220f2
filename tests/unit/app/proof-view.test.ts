import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { html } from '#app/proof/escape-html.ts';
import { planProofView } from '#app/proof/plan-proof-view.ts';
import { CheckLines } from '#app/proof/proof-lines.tsx';
import { renderReport } from '#app/proof/render-report.ts';
import { type Proof, proofSchema } from '#lib/proof/proof.ts';
import { describeCheck } from '#lib/proof/summarize-proof.ts';
import { digestProofDocument, type ProofDocument } from '#lib/run-view/proof-document.ts';

const check = (name: string, object: string, expected: string, actual = expected) => ({
  ...{ name, object, expected, actual, passed: expected === actual },
});

const proof: Proof = {
  passed: false,
  level: 'content',
  checks: [
    check('rows', 'table public.a', '10'),
    check('content', 'table public.a', 'aa'),
    check('rows', 'table public.b', '7', '6'),
    check('content', 'table public.b', 'bb', 'cc'),
    check('sequence', 'sequence public.a_id_seq', '10'),
    check('index', 'index public.a_pkey', 'valid'),
    check('query', 'query "all <b>"', '17', '16'),
  ],
};

const document: ProofDocument = {
  format: 1,
  run: {
    ...{ id: '20261121T000000Z-abcd', kind: 'restore', connection: 'source', target: 'target', status: 'proof-failed' },
    ...{ startedAt: '2026-11-21T00:00:00.000Z', completedAt: '2026-11-21T00:01:00.000Z' },
  },
  backup: null,
  proof,
};

describe('a proof for people', () => {
  it('pairs rows with digests, what differs first, and groups the rest', () => {
    const view = planProofView(proof, { onlyDifferences: false });
    expect(view).toMatchObject({ total: 7, failed: 3, tablesTotal: 2, tablesFailed: 1 });
    expect(view.tables.map(({ table, passed }) => [table, passed])).toEqual([
      ['public.b', false],
      ['public.a', true],
    ]);
    expect(view.sections.map(({ id, failed, total }) => [id, failed, total])).toEqual([
      ['queries', 1, 1],
      ['sequences', 0, 1],
      ['structure', 0, 1],
    ]);
  });

  it('leaves out what is equal where only differences are wanted, and still counts it', () => {
    const view = planProofView(proof, { onlyDifferences: true });
    expect(view.tables.map(({ table }) => table)).toEqual(['public.b']);
    expect(view.sections.map(({ id }) => id)).toEqual(['queries']);
    expect(view).toMatchObject({ total: 7, tablesTotal: 2 });
  });

  it('shows what is demanded, what the source answered, and what the copy answers', () => {
    const demanded = { ...check('query', 'query "open"', '3 to 5', '6'), source: '4' };
    const asked = { ...proof, checks: [check('query', 'query "all"', '17'), demanded] };
    const [queries] = planProofView(asked, { onlyDifferences: false }).sections;
    expect(queries?.against).toEqual(['Demanded', 'Source']);
    expect(queries?.lines.map(({ against, actual, verdict }) => [...against, actual, verdict])).toEqual([
      ['3 to 5', '4', '6', 'not as demanded'],
      ['–', '17', '17', 'equal'],
    ]);
    expect(planProofView(proof, { onlyDifferences: false }).sections[0]?.against).toEqual(['Expected']);
    const report = renderReport({ ...document, proof: asked }, { by: 'ci', at: '2026-11-21T00:02:00.000Z' });
    expect(report).toContain('<td>3 to 5</td><td>4</td><td>6</td><td class="failed">✗ not as demanded</td>');
    expect(proofSchema.parse(asked)).toEqual(asked);
    expect(describeCheck(demanded)).toBe('query "open", query: expected 3 to 5, found 6; the source answered 4');
  });

  it('keeps a line short where an answer is long; the report has it whole', () => {
    const long = 'x'.repeat(5_000);
    const asked = { ...proof, checks: [check('query', 'query "all"', long, 'y')] };
    const { sections } = planProofView(asked, { onlyDifferences: false });
    const markup = sections.map((section) => renderToStaticMarkup(createElement(CheckLines, section))).join('');
    expect(markup).toContain(`${'x'.repeat(200)}…`);
    expect(markup).not.toContain('x'.repeat(201));
    expect(describeCheck(asked.checks[0] ?? check('', '', '')).length).toBeLessThan(300);
    expect(renderReport({ ...document, proof: asked }, { by: 'ci', at: '2026-11-21T00:02:00.000Z' })).toContain(long);
  });

  it('takes a table whose content was not compared by its rows', () => {
    const counts = { ...proof, checks: [check('rows', 'large objects', '3')] };
    const view = planProofView(counts, { onlyDifferences: false });
    expect(view.tables).toMatchObject([{ table: 'large objects', content: null, passed: true }]);
  });
});

describe('the report', () => {
  const report = renderReport(document, { by: 'token "ci" & co', at: '2026-11-21T00:02:00.000Z' });

  it('says the verdict, who made it, and the digest of the JSON', () => {
    expect(report).toContain('Not proven. 3 of 7 checks failed.');
    expect(report).toContain('token &quot;ci&quot; &amp; co, 2026-11-21 00:02:00 UTC');
    expect(report).toContain(digestProofDocument(document));
  });

  it('holds nothing that runs or is loaded, whatever names say', () => {
    expect(report).toContain('query &quot;all &lt;b&gt;&quot;');
    expect(report).not.toMatch(/<script|<link|<img|src=|url\(|<b>/);
  });

  it('escapes every value once', () => {
    const list = [html`<li>${'<&>'}</li>`, html`<li>${1}</li>`];
    expect(html`<ul title="${`"'`}">${list}</ul>`.html).toBe(
      '<ul title="&quot;&#39;"><li>&lt;&amp;&gt;</li><li>1</li></ul>',
    );
  });
});
