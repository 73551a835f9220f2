/** A part of a glob: a character that is itself, or `one` for any single one, or `any` for any number of them. */
export type GlobPart = { character: string } | 'one' | 'any';

/** What stands between two stars. */
interface Segment {
  /** Where it ends if it stands at this place of the text, else -1. */
  endAt: (text: string, at: number) => number;
  /** The first place from here on where it stands, else -1. */
  find: (text: string, from: number) => number;
  /** Whether it stands at the end of the text, and not before `from`. */
  isLast: (text: string, from: number) => boolean;
}

/**
 * Answers a test whether a whole text matches. What stands between two stars is looked for once, at its first place, so
 * that no glob takes more time than its length times the text's. A `one` is a whole code point. Pure.
 */
export function compileGlob(glob: readonly GlobPart[]): (text: string) => boolean {
  const [first, ...others] = splitAtStars(glob);
  const last = others.pop();
  if (first === undefined) return (text) => text === '';
  if (last === undefined) return (text) => first.endAt(text, 0) === text.length;
  return (text) => {
    let at = first.endAt(text, 0);
    for (const segment of others) {
      if (at === -1) return false;
      const found = segment.find(text, at);
      at = found === -1 ? -1 : segment.endAt(text, found);
    }
    return at !== -1 && last.isLast(text, at);
  };
}

function splitAtStars(glob: readonly GlobPart[]): Segment[] {
  const segments: Exclude<GlobPart, 'any'>[][] = [[]];
  for (const part of glob) {
    if (part === 'any') segments.push([]);
    else segments.at(-1)?.push(part);
  }
  return segments.map(compileSegment);
}

function compileSegment(parts: readonly Exclude<GlobPart, 'any'>[]): Segment {
  const literal = parts.map((part) => (part === 'one' ? '' : part.character)).join('');
  if (!parts.includes('one')) {
    return {
      endAt: (text, at) => (text.startsWith(literal, at) ? at + literal.length : -1),
      find: (text, from) => text.indexOf(literal, from),
      isLast: (text, from) => text.length - literal.length >= from && text.endsWith(literal),
    };
  }
  const endAt = (text: string, start: number): number => {
    let at = start;
    for (const part of parts) {
      const character = text.codePointAt(at);
      if (character === undefined || (part !== 'one' && part.character.codePointAt(0) !== character)) return -1;
      at += widthOf(character);
    }
    return at;
  };
  const findWhere = (text: string, { from, isEnd }: { from: number; isEnd: (end: number) => boolean }): number => {
    for (let at = from; at < text.length; at += widthOf(text.codePointAt(at) ?? 0)) {
      if (isEnd(endAt(text, at))) return at;
    }
    return -1;
  };
  return {
    endAt,
    find: (text, from) => findWhere(text, { from, isEnd: (end) => end !== -1 }),
    isLast: (text, from) => findWhere(text, { from, isEnd: (end) => end === text.length }) !== -1,
  };
}

/** How many of a string's units a code point takes. */
function widthOf(codePoint: number): number {
  return codePoint > 0xffff ? 2 : 1;
}
