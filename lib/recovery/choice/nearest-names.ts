/** Two names of 63 bytes, the dot between them, and their quotes: what is longer names no table, mistyped or not. */
const longestTyped = 63 * 2 + 1 + 4;

/** The names that look most like what was typed, best first, at most `count`. Pure. */
export function findNearestNames(typed: string, names: readonly string[], count = 3): string[] {
  if (typed.length > longestTyped) return [];
  const wanted = plain(typed);
  const most = Math.max(3, wanted.length / 2);
  return names
    .map((name) => ({
      name,
      distance: Math.min(...[plain(name), lastPart(plain(name))].map((one) => distance(wanted, one, { most }))),
    }))
    .filter((one) => one.distance <= most)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('"', '');
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/**
 * How many characters (UTF-16 units) have to be changed, put in or taken out to make one text the other (Levenshtein);
 * infinite where that is more than `most` by their lengths alone.
 */
function distance(a: string, b: string, { most }: { most: number }): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  let previous = Uint16Array.from({ length: b.length + 1 }, (_, index) => index);
  let current = new Uint16Array(b.length + 1);
  for (let row = 0; row < a.length; row++) {
    current[0] = row + 1;
    for (let column = 0; column < b.length; column++) {
      const replaced = (previous[column] ?? 0) + (a.charCodeAt(row) === b.charCodeAt(column) ? 0 : 1);
      current[column + 1] = Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1);
    }
    [previous, current] = [current, previous];
  }
  return previous[b.length] ?? 0;
}
