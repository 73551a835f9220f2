/** A name as pg_dump writes it: what is in quotes may hold anything, line breaks too. */
const name = String.raw`(?:"(?:[^"]|"")*"|[^"\n ;])+`;
const setColumnOptions = new RegExp(
  String.raw`^(ALTER (?:FOREIGN )?TABLE ONLY ${name} ALTER COLUMN ${name} SET \()(.*)\);\n*`,
  'gm',
);
const columnVersion = /^pg_attver=/;

/**
 * A definition without `pg_attver`. Servers from the minor releases of November 2026 on (15.20 and its siblings) keep
 * that mark of their own among the options of every column. Their pg_dump leaves it out; an older one, such as the
 * WebAssembly one, writes it down as if a person had set it, and a server that does not know it refuses the statement.
 */
export function dropColumnVersions(definition: string): string {
  return definition.replace(setColumnOptions, (statement: string, head: string, options: string) => {
    const all = options.split(', ');
    const kept = all.filter((option) => !columnVersion.test(option));
    if (kept.length === all.length) return statement;
    return kept.length === 0 ? '' : `${head}${kept.join(', ')});\n`;
  });
}
