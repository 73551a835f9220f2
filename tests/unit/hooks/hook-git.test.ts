import { expect, it } from 'vitest';
import { toGit } from '#lib/hooks/hook-git.ts';

it('takes a commit and a branch that look like them, and nothing else', () => {
  expect(toGit('0123456789ABCDEF', 'main')).toEqual({ sha: '0123456789abcdef', ref: 'main' });
  for (const sha of [null, undefined, '', 'abc', 'not a commit', '0'.repeat(40), 'a'.repeat(65)]) {
    expect(toGit(sha, null), String(sha)).toEqual({});
  }
  for (const ref of [null, undefined, '', 'r'.repeat(256)]) expect(toGit(null, ref), String(ref)).toEqual({});
});
