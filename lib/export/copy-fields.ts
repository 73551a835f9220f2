const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The fields of a line of COPY text, `null` where it says so (PostgreSQL manual, "COPY", Text Format). Pure. */
export function splitCopyLine(line: string, columns: number): (string | null)[] {
  // A table without columns has empty lines for rows.
  if (columns === 0) return [];
  const fields = line.split('\t');
  return line.includes('\\') ? fields.map(unescapeField) : fields;
}

function unescapeField(field: string): string | null {
  if (field === '\\N') return null;
  return field.includes('\\') ? field.replaceAll(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter) : field;
}
