import type { Manifest } from '#lib/manifest/manifest.ts';
import { findColumns } from '#lib/recovery/definition/find-columns.ts';
import { tokenizeSql } from '#lib/recovery/definition/sql-tokens.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import type { ExportedTable } from './choose-exported.ts';
import { splitCopyLine } from './copy-fields.ts';
import { copyToCsv, csvLine } from './csv-line.ts';
import { readLines } from './read-lines.ts';
import { type JsonKind, jsonKindOf, jsonValue } from './values/json-value.ts';

interface TableExport {
  repository: Repository;
  manifest: Manifest;
  table: ExportedTable;
}

/** The names of the columns, in the order of the first source; partitions can have another order. */
function columnsOf({ sources }: ExportedTable): readonly string[] {
  return sources[0]?.columns ?? [];
}

/** One table as CSV with a header, byte for byte as `copy ... to stdout (format csv, header)` says it. */
export async function* csvBytes({ repository, manifest, table }: TableExport): AsyncGenerator<Buffer> {
  const columns = columnsOf(table);
  yield Buffer.from(`${csvLine(columns)}\n`);
  for (const source of table.sources) {
    const order = columns.map((name) => source.columns.indexOf(name));
    const moved = order.some((at, index) => at !== index) ? order : undefined;
    for await (const lines of readLines(repository, { table: source, codec: manifest.codec, encoding: 'latin1' })) {
      const text = lines.map((line) => copyToCsv(line, source.columns.length, moved)).join('\n');
      yield Buffer.from(`${text}\n`, 'latin1');
    }
  }
}

/** One table as lines of JSON: an object a row, its columns in order. */
export async function* jsonBytes(
  { repository, manifest, table }: TableExport,
  entries: readonly SchemaEntry[],
): AsyncGenerator<Buffer> {
  const names = columnsOf(table);
  const domains = readDomains(entries);
  for (const source of table.sources) {
    const found = findColumns(entries, source).columns ?? [];
    const types = new Map(found.map(({ name, type }) => [name, type]));
    const fields = names.map((name): { key: string; at: number; kind: JsonKind } => ({
      key: JSON.stringify(name),
      at: source.columns.indexOf(name),
      // What an extension has made the backup holds no definition of.
      kind: jsonKindOf(types.get(name) ?? 'text', domains),
    }));
    for await (const lines of readLines(repository, { table: source, codec: manifest.codec, encoding: 'utf8' })) {
      const rows = lines.map((line) => {
        const values = splitCopyLine(line, source.columns.length);
        return `{${fields.map(({ key, at, kind }) => `${key}:${jsonValue(values[at] ?? null, kind)}`).join(',')}}\n`;
      });
      yield Buffer.from(rows.join(''));
    }
  }
}

/** What each domain is made of, by the name as the server prints it in a column's type. */
function readDomains(entries: readonly SchemaEntry[]): Map<string, string> {
  const domains = new Map<string, string>();
  for (const { type, definition } of entries) {
    if (type !== 'DOMAIN') continue;
    const tokens = tokenizeSql(definition);
    const as = tokens.findIndex((token) => token.kind === 'word' && token.value === 'AS');
    const rest = tokens.slice(as + 1);
    const end = rest.findIndex((token) => token.value === ';' || /^[A-Z]+$/.test(token.value));
    const [first] = rest;
    const last = rest.slice(0, end === -1 ? rest.length : end).at(-1);
    const [from, before] = [tokens[2], tokens[as - 1]];
    if (first && last && from && before) {
      domains.set(definition.slice(from.start, before.end), definition.slice(first.start, last.end));
    }
  }
  return domains;
}
