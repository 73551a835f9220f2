/** A word of a shell command, whatever it holds. */
export function quoteShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command whose standard input is `text`, by a here-document in which nothing is expanded. */
export function hereDocument(command: string, text: string): string {
  const body = text.endsWith('\n') ? text : `${text}\n`;
  let mark = 'HOLDFAST_SQL';
  while (body.split('\n').includes(mark)) mark += '_';
  return `${command} <<'${mark}'\n${body}${mark}\n`;
}
