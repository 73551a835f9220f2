import { randomInt } from 'node:crypto';
import { timePrefix } from './time-id.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const randomLength = 4;

/**
 * A new backup id: the time in UTC, its milliseconds in two characters of base 36, and four random characters, as in
 * `20261121T014500Z-7qk2qd`. Ids sort by time. `random(max)` gives an integer from 0 to max - 1.
 */
export function createBackupId(date: Date, random: (max: number) => number = randomInt): string {
  const suffix = Array.from({ length: randomLength }, () => alphabet.charAt(random(alphabet.length))).join('');
  return `${timePrefix(date)}${suffix}`;
}

/** The time in a backup id, or `undefined` where the text is no backup id. */
export function parseBackupId(id: string): { created: Date } | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[a-z0-9]{6}$/.exec(id);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const created = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(created.getTime()) ? undefined : { created };
}
