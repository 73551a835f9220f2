/** A character of a glob: itself, or `one` for any single one, or `any` for any number of them. */
export type GlobPart = { character: string } | 'one' | 'any';

/**
 * Whether the whole text matches, character by character (code points). In time of the glob's length times the text's,
 * whatever the glob: of all stars only the last one that was met is ever tried once more. Pure.
 */
export function matchesGlob(glob: readonly GlobPart[], text: string): boolean {
  const characters = [...text];
  let part = 0;
  let at = 0;
  /** The last `any` that was met, and where the text goes on that it does not stand for. */
  let star: { part: number; at: number } | undefined;
  while (at < characters.length) {
    const wanted = glob[part];
    if (wanted === 'any') {
      star = { part, at };
      part++;
    } else if (wanted === 'one' || (wanted !== undefined && wanted.character === characters[at])) {
      part++;
      at++;
    } else if (star !== undefined) {
      star.at++;
      part = star.part + 1;
      at = star.at;
    } else {
      return false;
    }
  }
  return glob.slice(part).every((rest) => rest === 'any');
}
