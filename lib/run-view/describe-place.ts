import type { Place } from '#lib/postgres/place.ts';

/** `database app__before_...`. */
export function describePlace({ database, host }: Place): string {
  const parts = [...(database === null ? [] : [`database ${database}`]), ...(host === null ? [] : [`host ${host}`])];
  return parts.length === 0 ? 'the database itself' : parts.join(' on ');
}
