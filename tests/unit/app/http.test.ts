import { describe, expect, it } from 'vitest';
import { toProblem } from '#app/http/problem.ts';
import { readPage } from '#app/http/read-page.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';

describe('a problem', () => {
  it('carries what a HoldfastError says', async () => {
    const response = toProblem(new DamagedError('chunk x is gone', { code: 'chunk_missing', hint: 'Restore it.' }));
    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'DamagedError',
      status: 500,
      detail: 'chunk x is gone',
      name: 'DamagedError',
      code: 'chunk_missing',
      hint: 'Restore it.',
    });
  });
});

describe('a page of a listing', () => {
  it('has 50 entries unless told, and 200 at most', () => {
    expect(readPage(new Request('http://h/?connection=a'))).toEqual({ limit: 50, connection: 'a' });
    for (const limit of ['0', '201', '1.5', 'many', '']) {
      expect(() => readPage(new Request(`http://h/?limit=${limit}`))).toThrow(
        expect.objectContaining({ code: 'bad_query' }),
      );
    }
  });
});
