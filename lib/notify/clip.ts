/** `text` of at most `limit` UTF-16 units after `encode`, cut between characters and ended with `…` where it is cut. */
export function clip(
  text: string,
  { limit, encode = same }: { limit: number; encode?: (character: string) => string },
): string {
  let clipped = '';
  let fits = '';
  for (const character of text) {
    clipped += encode(character);
    if (clipped.length > limit) return `${fits}…`;
    if (clipped.length <= limit - 1) fits = clipped;
  }
  return clipped;
}

function same(character: string): string {
  return character;
}
