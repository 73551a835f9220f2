import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { QuietNote } from '#app/runs/quiet-note.tsx';

it('says who may go on with a run only once it has been silent for a while', () => {
  const noteAfter = (minutes: number): string => {
    const lastSign = new Date('2026-11-21T00:00:00.000Z');
    const now = new Date(lastSign.getTime() + minutes * 60_000);
    return renderToStaticMarkup(createElement(QuietNote, { lastSign, now, runId: '20261121T000000Z-abcd' }));
  };
  expect(noteAfter(1)).toBe('');
  expect(noteAfter(11)).toContain('holdfast resume 20261121T000000Z-abcd');
});
