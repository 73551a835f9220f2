import { splitCopyLine } from './copy-fields.ts';

/**
 * One line of CSV as COPY writes it (PostgreSQL source, copyto.c, CopyAttributeOutCSV): NULL is nothing, an empty text
 * is `""`, and a value is quoted where it holds a comma, a quote, or an end of line. Pure.
 */
export function csvLine(fields: readonly (string | null)[]): string {
  return fields.map((field) => csvField(field, fields.length === 1)).join(',');
}

/** The CSV of a line of COPY text; `order` gives the fields another order. */
export function copyToCsv(line: string, columns: number, order?: readonly number[]): string {
  if (order === undefined && columns > 0 && isPlain(line)) return line.replaceAll('\t', ',');
  const fields = splitCopyLine(line, columns);
  return csvLine(order ? order.map((at) => fields[at] ?? null) : fields);
}

/** Nothing is escaped, NULL or empty, and nothing needs quotes. */
function isPlain(line: string): boolean {
  return line !== '' && !/[\\",]|^\t|\t\t|\t$/.test(line);
}

function csvField(field: string | null, alone: boolean): string {
  if (field === null) return '';
  // Alone on its line, `\.` would end the data.
  const quoted = field === '' || /[",\n\r]/.test(field) || (alone && field === '\\.');
  return quoted ? `"${field.replaceAll('"', '""')}"` : field;
}
