import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { NameSet } from '#lib/garbage/name-set.ts';

const nameOf = (number: number): string => createHash('sha256').update(String(number)).digest('hex');

it('holds exactly what was added, through every growth', () => {
  const names = new NameSet();
  for (let n = 0; n < 20_000; n++) expect(names.add(nameOf(n))).toBe(true);
  for (let n = 0; n < 20_000; n++) expect(names.add(nameOf(n))).toBe(false);
  expect(names.size).toBe(20_000);
  for (let n = 0; n < 20_000; n++) expect(names.has(nameOf(n))).toBe(true);
  for (let n = 20_000; n < 40_000; n++) expect(names.has(nameOf(n))).toBe(false);
});

it('tells apart what begins alike, and knows a name of zeros', () => {
  const names = new NameSet();
  const zeros = '0'.repeat(64);
  const near = `${'0'.repeat(24)}1${'0'.repeat(39)}`;
  expect(names.has(zeros)).toBe(false);
  names.add(near);
  expect(names.has(zeros)).toBe(false);
  names.add(zeros);
  expect([names.has(zeros), names.has(near), names.size]).toEqual([true, true, 2]);
});
