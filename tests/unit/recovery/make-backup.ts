import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { makeEntry } from '#tests/unit/schema/write-archive.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';

/** A backup as the planner takes it. */
export interface MadeBackup {
  manifest: Manifest;
  entries: SchemaEntry[];
}

/** A backup of tables with these definitions and the columns whose rows it holds, and of other entries. */
export function makeBackup(
  tables: readonly {
    schema?: string;
    name: string;
    definition: string;
    columns?: string[];
    kind?: ManifestTable['kind'];
  }[],
  others: readonly Partial<SchemaEntry>[] = [],
): MadeBackup {
  const entries = tables.map(({ schema = 'public', name, definition }, index) =>
    makeEntry({ id: index + 1, type: 'TABLE', schema, name, definition }),
  );
  const held = tables.filter(({ columns }) => columns !== undefined);
  return {
    manifest: makeManifest(
      held.map(({ schema = 'public', name, columns = [], kind = 'table' }, index) => ({
        ...makeTable(name, [String(index)]),
        ...{ schema, columns, kind },
      })),
    ),
    entries: [
      ...entries,
      ...others.map((other, index) => makeEntry({ id: 1000 + index, type: 'CONSTRAINT', name: '', ...other })),
    ],
  };
}
