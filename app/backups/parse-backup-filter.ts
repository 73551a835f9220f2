import { z } from 'zod';
import { filterStandings } from '#lib/backup-view/list-backup-summaries.ts';
import { tableOrders } from '#lib/backup-view/plan-table-page.ts';
import { connectionName } from '#lib/config/config-schema.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';
import { shaStart } from './to-backup-filter.ts';

const day = z.iso.date();
const text = z.string().trim().min(1).max(200);

const filterSchema = z.object({
  connection: connectionName.optional().catch(undefined),
  label: text.optional().catch(undefined),
  git: z.string().trim().regex(shaStart).optional().catch(undefined),
  /** The first and the last day, UTC, both included. */
  since: day.optional().catch(undefined),
  until: day.optional().catch(undefined),
  standing: z.enum(filterStandings).optional().catch(undefined),
  before: z
    .string()
    .refine((id) => parseBackupId(id) !== undefined)
    .optional()
    .catch(undefined),
});

/** What the address of the list asks for, as its form fills it in; whatever does not parse narrows nothing. */
export type BackupQuery = z.infer<typeof filterSchema>;

/** Which backups are wanted, of the fields of an address. */
export function parseBackupQuery(query: Record<string, string | string[] | undefined>): BackupQuery {
  return filterSchema.parse(query);
}

const tablesSchema = z.object({
  search: text.optional().catch(undefined),
  order: z.enum(tableOrders).catch('name'),
  page: z.coerce.number().int().min(1).max(1_000_000).catch(1),
});
export type TablesQuery = z.infer<typeof tablesSchema>;

/** Which tables of a backup are wanted; whatever does not parse narrows nothing. */
export function parseTablesQuery(query: Record<string, string | string[] | undefined>): TablesQuery {
  return tablesSchema.parse(query);
}

/** The query of an address with what is given of `fields`; `?` before it, or nothing where it is empty. Pure. */
export function queryText(fields: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}
