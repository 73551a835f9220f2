import { expect, it } from 'vitest';
import { hidePlaces, toJsonWithoutPlaces } from '#app/http/hide-places.ts';
import { placesFor } from '#app/http/places-for.ts';

it.each([
  ['No backup in file:/var/lib/holdfast/repository.', 'No backup in the repository.'],
  ['No backup in file:.holdfast/repository begins with "x".', 'No backup in the repository begins with "x".'],
  ['ab/cd in s3://bucket/prefix/of-it, which holds rows', 'ab/cd in the repository, which holds rows'],
  ['Cannot write /srv/data/x.json: EACCES', 'Cannot write a file of the server: EACCES'],
  ['Look at "/etc/holdfast/config.ts" (/home/a/b).', 'Look at "a file of the server" (a file of the server).'],
])('%s', (text, hidden) => {
  expect(hidePlaces(text)).toBe(hidden);
});

it.each([
  'GET /api/v1/runs lists them.',
  'Sign in at /sign-in, or send the header "Authorization: Bearer ..." with a token.',
  'public.orders has 3/4 of its rows; chunks/ab/cd is missing.',
  'See https://www.postgresql.org/docs/current/app-pgdump.html.',
  'backups/source/20261121T000000Z-00aaaa/manifest.json does not parse.',
])('leaves %s', (text) => {
  expect(hidePlaces(text)).toBe(text);
});

it('hides them in every sentence of an answer, and leaves its data', () => {
  const place = 'Cannot read file:/srv/data/backups.';
  const told = 'Cannot read the repository.';
  const answer = (text: string) => ({
    runs: [{ label: '/srv/data', error: { message: text, hint: text } }],
    ...{ unread: [text], heldBack: text, failures: [text, text], problem: text },
    checks: [{ object: '/srv/data', detail: text }],
    failed: [{ key: 'chunks/ab', reason: text }],
    pin: { reason: 'before file:/srv/data moves' },
    url: 'postgres://app@live/srv/data',
  });
  expect(JSON.parse(toJsonWithoutPlaces(answer(place)))).toEqual(answer(told));
});

it('shows them on a page only to an admin of everything', () => {
  const text = 'No backup in file:/srv/data.';
  expect(placesFor({ role: 'admin', scope: null })(text)).toBe(text);
  expect(placesFor({ role: 'admin', scope: ['live'] })(text)).toBe('No backup in the repository.');
  expect(placesFor({ role: 'operator', scope: null })(text)).toBe('No backup in the repository.');
});
