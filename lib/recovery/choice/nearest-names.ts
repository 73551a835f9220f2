/** Two names of 63 bytes, the dot between them, and their quotes: what is longer names no table, mistyped or not. */
const longestTyped = 63 * 2 + 1 + 4;

/** The names that look most like what was typed, best first, at most `count`. Pure. */
export function findNearestNames(typed: string, names: readonly string[], count = 3): string[] {
  if (typed.length > longestTyped) return [];
  const wanted = plain(typed);
  return names
    .map((name) => ({
      name,
      distance: Math.min(distance(wanted, plain(name)), distance(wanted, lastPart(plain(name)))),
    }))
    .filter((one) => one.distance <= Math.max(3, wanted.length / 2))
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

/** How many characters have to be changed, put in or taken out to make one text the other (Levenshtein). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, left] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, right] of [...b].entries()) {
      const replaced = (previous[column] ?? 0) + (left === right ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
