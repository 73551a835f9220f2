import { type DumpSection, splitDump } from './dump-sections.ts';
import { pgDump } from './pg-dump.ts';
import { runSql } from './with-client.ts';

/** A database as text, cut so that two of them can be compared where order is free. */
export interface DatabaseDump {
  /** Major version of the server. */
  major: number;
  /** pg_dump's heading of an object (tables, indexes, grants, sequence values, large objects) to its statements. */
  objects: Map<string, string>;
  /** Table or materialised view to its rows, sorted. */
  rows: Map<string, string[]>;
}

/**
 * Above this many bytes on disk a table's rows are compared by an MD5 that the server takes of each: the WebAssembly
 * pg_dump holds its whole output in memory.
 */
const tooBigForPgDump = 32 * 1024 * 1024;

/** The plain schema by the real pg_dump, without the lines that tell versions. `args` are more options of pg_dump. */
export async function dumpSchema(url: string, args: readonly string[] = []): Promise<string> {
  return withoutVersion(await pgDump(url, ['--schema-only', ...args]));
}

/** All rows by table, sorted. */
export async function dumpData(url: string, args: readonly string[] = []): Promise<Map<string, string[]>> {
  return (await dumpDatabase(url, ['--data-only', ...args])).rows;
}

/** Everything that pg_dump sees in a database, and the rows of its materialised views, which pg_dump leaves out. */
export async function dumpDatabase(url: string, args: readonly string[] = []): Promise<DatabaseDump> {
  const [server] = await runSql(url, `select current_setting('server_version_num')::int / 10000 as major`);
  const big = await runSql(
    url,
    // Ordinary tables only; the catalogues' own namespaces hold nothing a dump would take.
    `select format('"%s"."%s"', replace(nspname, '"', '""'), replace(relname, '"', '""')) as name
     from pg_class join pg_namespace n on n.oid = relnamespace
     where relkind = 'r' and nspname !~ '^pg_' and pg_table_size(pg_class.oid) > ${tooBigForPgDump} order by 1`,
  );
  const matviews = await runSql(
    url,
    // One that was never refreshed has no rows and cannot be read.
    `select format('"%s"."%s"', replace(nspname, '"', '""'), replace(relname, '"', '""')) as name
     from pg_class join pg_namespace n on n.oid = relnamespace where relkind = 'm' and relispopulated order by 1`,
  );
  const bigNames = big.map((row) => String(row['name']));
  const dump = await pgDump(url, [...bigNames.map((name) => `--exclude-table-data=${name}`), ...args]);
  const rows = new Map<string, string[]>();
  const objects = new Map<string, string>();
  sortIn({ sections: splitDump(withoutVersion(dump)), objects, rows });
  for (const name of bigNames) rows.set(name, await readRows({ url, name, expression: 'md5("the row"::text)' }));
  for (const { name } of matviews) {
    rows.set(`materialised view ${name}`, await readRows({ url, name: String(name), expression: '"the row"::text' }));
  }
  for (const list of rows.values()) list.sort();
  return { major: Number(server?.['major']), objects, rows };
}

async function readRows(options: { url: string; name: string; expression: string }): Promise<string[]> {
  const { url, name, expression } = options;
  const answer = await runSql(url, `select ${expression} as row from only ${name} "the row"`);
  return answer.map((row) => String(row['row']));
}

/** Minor releases differ in how many pairs of parentheses they print around an expression that partitions. */
function withoutDoubleParentheses(line: string): string {
  return line.replace(/\(\(([^()]*)\)\)/g, '($1)');
}

function withoutVersion(dump: string): string {
  return dump.replace(/^-- Dumped (from|by) .*\n/gm, '').replace(/^PARTITION BY .*/gm, withoutDoubleParentheses);
}

const insertTarget = /^INSERT INTO ((?:"(?:[^"]|"")*"|[^ ."]+)\.(?:"(?:[^"]|"")*"|[^ ."]+)) /;

/**
 * Rows go by the table that their INSERT names, not by the heading: pg_dump sends the rows of a partition by the hash
 * of an enum through the root, since in another database they may belong to another partition (pg_dump manual,
 * `--load-via-partition-root`).
 */
function sortIn(options: { sections: DumpSection[]; objects: Map<string, string>; rows: Map<string, string[]> }): void {
  const { sections, objects, rows } = options;
  const inForce = new Map<string, string>();
  for (const { heading, body } of sections) {
    // pg_dump says these once and lets them hold for the tables that follow, in whatever order those come.
    const context = /; Type: (TABLE|MATERIALIZED VIEW); /.test(heading) ? [...inForce.values()].join('') : '';
    const statements = body.replace(/^SET (default_\w+) = .*;\n/gm, (statement, name: string) => {
      inForce.set(name, statement);
      return '';
    });
    if (heading.includes('; Type: TABLE DATA; ')) {
      for (const statement of statements.split(/^(?=INSERT INTO )/m)) {
        const table = insertTarget.exec(statement)?.[1];
        if (table === undefined) continue;
        const list = rows.get(table) ?? [];
        list.push(statement.trim());
        rows.set(table, list);
      }
    } else objects.set(heading, `${objects.get(heading) ?? ''}${context}${statements.trim()}\n`);
  }
}
