/** An element of an array, or an array of them. */
export type ArrayValue = string | null | ArrayValue[];

/**
 * Reads an array as the server prints it: `{1,"a,b",NULL,{...}}` (PostgreSQL manual, "Array Input and Output Syntax").
 * `undefined` for anything else, such as one with bounds of its own or with another delimiter than the comma. Pure.
 */
export function parseArray(text: string): ArrayValue[] | undefined {
  if (!text.startsWith('{')) return undefined;
  let at = 0;
  const readList = (): ArrayValue[] | undefined => {
    const list: ArrayValue[] = [];
    at++;
    if (text[at] === '}') {
      at++;
      return list;
    }
    for (;;) {
      const value = text[at] === '{' ? readList() : readElement();
      if (value === undefined) return undefined;
      list.push(value);
      const sign = text[at++];
      if (sign === '}') return list;
      if (sign !== ',') return undefined;
    }
  };
  const quoted = /"((?:[^"\\]|\\.)*)"/sy;
  const bare = /[^,{}"\\;]+/y;
  const readElement = (): string | null | undefined => {
    const pattern = text[at] === '"' ? quoted : bare;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    if (pattern === quoted) return (found[1] ?? '').replaceAll(/\\(.)/gs, '$1');
    return found[0] === 'NULL' ? null : found[0];
  };
  const list = readList();
  return at === text.length ? list : undefined;
}
