import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { BarChart } from '#app/ui/bar-chart.tsx';
import { CodeText } from '#app/ui/code-text.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import { describeAgo } from '#app/ui/describe-ago.ts';
import { LineChart } from '#app/ui/line-chart.tsx';
import { Tabs } from '#app/ui/tabs.tsx';
import { parseTheme } from '#app/ui/theme.ts';

const points = [
  { key: 'a', label: '1 Nov', value: 10 },
  { key: 'b', label: '2 Nov', value: 0 },
  { key: 'c', label: '3 Nov', value: 40 },
];
const format = (value: number): string => `${value} MB`;

describe('a chart', () => {
  it.each([
    ['line', LineChart],
    ['bars', BarChart],
  ])('of %s has a name, every value as a table, and no inline style', (_, Chart) => {
    const markup = renderToStaticMarkup(createElement(Chart, { title: 'Stored bytes', points, format }));
    expect(markup).toContain('role="img" aria-label="Stored bytes"');
    for (const { label, value } of points) {
      expect(markup).toMatch(new RegExp(`<th[^>]*>${label}</th><td[^>]*>${value} MB</td>`));
    }
    expect(markup).not.toMatch(/ style=|NaN|undefined/);
  });

  it('stands with one point and with none', () => {
    for (const few of [points.slice(0, 1), []]) {
      for (const Chart of [LineChart, BarChart]) {
        expect(renderToStaticMarkup(createElement(Chart, { title: 'x', points: few, format }))).not.toMatch(
          /NaN|undefined/,
        );
      }
    }
  });

  it('puts the greatest value highest, above zero', () => {
    const markup = renderToStaticMarkup(createElement(BarChart, { title: 'x', points, format }));
    const heights = [...markup.matchAll(/<rect[^>]* height="([\d.]+)"/g)].map(([, height]) => Number(height));
    expect(heights[1]).toBe(0);
    expect(heights[2]).toBeCloseTo((heights[0] ?? 0) * 4);
  });
});

describe('a table', () => {
  it('names its columns, its rows and itself, and spells its roles out', () => {
    const table = createElement(DataTable<string>, {
      caption: 'Letters',
      columns: [
        { name: 'Letter', show: (row) => row },
        { name: 'Code', align: 'right', show: (row) => row.charCodeAt(0) },
      ],
      rows: ['a'],
      keyOf: (row) => row,
    });
    const markup = renderToStaticMarkup(table);
    expect(markup).toMatch(/<caption[^>]*>Letters<\/caption>/);
    expect(markup).toMatch(
      /<th scope="row" role="rowheader"[^>]*>a<\/th><td role="cell" data-label="Code"[^>]*>97<\/td>/,
    );
  });
});

describe('a sentence with code', () => {
  const render = (text: string): string =>
    renderToStaticMarkup(createElement(CodeText, { text })).replaceAll(/ class="[^"]*"/g, '');

  it('has what stands in backticks as code, and keeps one that stands alone', () => {
    expect(render('See `holdfast runs`, or `x`.')).toBe('See <code>holdfast runs</code>, or <code>x</code>.');
    expect(render('a ` b')).toBe('a ` b');
    expect(render('`a` and ` b')).toBe('<code>a</code> and ` b');
    expect(render('plain <b>')).toBe('plain &lt;b&gt;');
  });
});

describe('tabs', () => {
  it('need no inline style when the server renders them', () => {
    const tabs = [
      { id: 'one', title: 'One', content: 'first' },
      { id: 'two', title: 'Two', content: 'second' },
    ] as const;
    const markup = renderToStaticMarkup(createElement(Tabs, { label: 'Numbers', tabs: [tabs[0], tabs[1]] }));
    expect(markup).not.toMatch(/ style=|<style|<script/);
    expect(markup).toContain('first');
  });
});

describe('how long ago something was', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  it.each([
    [0, 'just now'],
    [-59_000, 'just now'],
    [-61_000, '1 minute ago'],
    [-3_600_000 * 5, '5 hours ago'],
    [-86_400_000 * 40, '40 days ago'],
    [30_000, 'in less than a minute'],
    [7_200_000, 'in 2 hours'],
  ])('%i ms is %s', (difference, text) => {
    expect(describeAgo(now + difference, now)).toBe(text);
  });
});

describe('the theme of a cookie', () => {
  it('is one of three, whatever a client sends', () => {
    expect(['dark', 'light', 'system', '"><script>', undefined].map(parseTheme)).toEqual([
      ...['dark', 'light', 'system', 'system', 'system'],
    ]);
  });
});
