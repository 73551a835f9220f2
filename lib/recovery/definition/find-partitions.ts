import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { isToken, readQualifiedName, tokenizeSql } from './sql-tokens.ts';
import type { QualifiedName } from './table-definition.ts';

/** The key of a table in a map. */
export function tableKey({ schema, name }: QualifiedName): string {
  return JSON.stringify([schema, name]);
}

/**
 * Which partition belongs to which table: keys of partitions to their parents. pg_dump attaches each by a statement of
 * its own, before version 14 as a part of the partition's definition. Pure.
 */
export function findPartitions(entries: readonly SchemaEntry[]): Map<string, QualifiedName> {
  const parents = new Map<string, QualifiedName>();
  for (const { type, definition } of entries) {
    if (!['TABLE', 'TABLE ATTACH', 'FOREIGN TABLE'].includes(type) || !definition.includes('ATTACH PARTITION'))
      continue;
    const tokens = tokenizeSql(definition);
    for (const [at, token] of tokens.entries()) {
      if (!isToken(token, 'ALTER') || !isToken(tokens[at + 1], 'TABLE') || !isToken(tokens[at + 2], 'ONLY')) continue;
      const parent = readQualifiedName(tokens, at + 3);
      if (parent === undefined || !isToken(tokens[parent.next], 'ATTACH')) continue;
      const partition = readQualifiedName(tokens, parent.next + 2);
      if (partition) parents.set(tableKey(partition), { schema: parent.schema, name: parent.name });
    }
  }
  return parents;
}

/** The partitioned tables above a table, from its parent up. */
export function ancestorsOf(table: QualifiedName, parents: ReadonlyMap<string, QualifiedName>): QualifiedName[] {
  const found: QualifiedName[] = [];
  for (let one = parents.get(tableKey(table)); one !== undefined; one = parents.get(tableKey(one))) found.push(one);
  return found;
}
