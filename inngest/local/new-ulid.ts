import { randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An id of 26 letters that sorts by time (https://github.com/ulid/spec), as Inngest gives its runs and events. */
export function newUlid(now: number): string {
  let time = '';
  for (let rest = now; time.length < 10; rest = Math.floor(rest / 32)) time = `${alphabet[rest % 32]}${time}`;
  return `${time}${Array.from({ length: 16 }, () => alphabet[randomInt(32)]).join('')}`;
}
