import { expect, it } from 'vitest';
import { hidePlaces, toJsonWithoutPlaces } from '#app/http/hide-places.ts';

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

it('hides them in what an answer tells of an error, and leaves its data', () => {
  const answer = {
    runs: [{ label: '/srv/data', error: { message: 'No backup in file:/srv/data.', hint: 'See `list`.' } }],
  };
  expect(JSON.parse(toJsonWithoutPlaces(answer))).toEqual({
    runs: [{ label: '/srv/data', error: { message: 'No backup in the repository.', hint: 'See `list`.' } }],
  });
});
