import { HoldfastError } from '#lib/errors/holdfast-error.ts';

/**
 * Codes that say the same in every night until a person does something: the connection is not in the config, its
 * database is gone or lets nobody in, or somebody has built on the side schema.
 */
const forPeople = [
  ...['unknown_connection', 'unreachable', 'no_database', 'login_refused', 'endpoint_disabled'],
  'side_schema_left',
];

/**
 * Why a recovery that has ended still holds something, where that is no failure of the sweep that found it; `undefined`
 * for any other error. Pure.
 */
export function tellLeft(cause: unknown): string | undefined {
  if (!(cause instanceof HoldfastError) || !forPeople.includes(cause.code)) return undefined;
  return cause.message;
}
