/** In the order of ASCII, so that text sorts as the numbers do. */
const digits = '0123456789abcdefghijklmnopqrstuvwxyz';

/**
 * `20261121T014500Z-` and the milliseconds as two digits of base 36: the beginning of an id that sorts by time, also
 * among ids of one second.
 */
export function timePrefix(date: Date): string {
  const [seconds = '', fraction = ''] = date.toISOString().replace(/[-:]/g, '').split(/[.Z]/);
  const ms = Number(fraction);
  return `${seconds}Z-${digits.charAt(Math.floor(ms / digits.length))}${digits.charAt(ms % digits.length)}`;
}
