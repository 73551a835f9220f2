import { expect, it } from 'vitest';
import { sectionsOf } from '#app/frame/sections.ts';

it('lead nobody to a page that they may not open', () => {
  const titles = (role: 'viewer' | 'operator' | 'admin') => sectionsOf(role).map(({ title }) => title);
  expect(titles('viewer')).toEqual(['Overview', 'Backups', 'Runs', 'Settings']);
  expect(titles('operator')).toEqual(['Overview', 'Backups', 'Restore', 'Runs', 'Settings']);
  expect(titles('admin')).toEqual(titles('operator'));
});
