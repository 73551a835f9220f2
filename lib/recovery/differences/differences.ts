import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';

const count = z.string().regex(/^\d+$/);
/** Values of the key's columns as text; long ones are cut. */
const key = z.array(z.string());

const tableDifferencesSchema = z.strictObject({
  schema: z.string(),
  name: z.string(),
  /** What it is called in the side schema. */
  side: z.string(),
  /**
   * `by key`: row by row; `counts`: numbers of rows only; `unread`: the live table could not be read; `gone`: there is
   * none. `reason` tells why where it is not `by key`.
   */
  compared: z.enum(['by key', 'counts', 'unread', 'gone']),
  reason: z.string().nullable(),
  /** What was compared otherwise than it was stored, or not at all. */
  notes: z.array(z.string()),
  rows: z.strictObject({ backup: count, live: count.nullable() }),
  key: z.array(z.string()).nullable(),
  /** Numbers of rows, `null` where it is not known; the first examples of each in the key's order. */
  onlyInBackup: z.strictObject({ rows: count.nullable(), examples: z.array(key) }),
  onlyInLive: z.strictObject({ rows: count.nullable(), examples: z.array(key) }),
  different: z.strictObject({
    rows: count.nullable(),
    examples: z.array(z.strictObject({ key, columns: z.array(z.string()) })),
  }),
  /** Statements that a person may run, in this order; `create` and `complete` where the live table is gone. */
  statements: z.strictObject({
    create: z.string().nullable(),
    insert: z.string().nullable(),
    update: z.string().nullable(),
    complete: z.string().nullable(),
  }),
});
export type TableDifferences = z.infer<typeof tableDifferencesSchema>;

/** `differences.json` in the run's folder: how the live tables differ from the backup. Holds values of people's keys. */
const differencesSchema = z.strictObject({
  backup: z.string(),
  target: z.string(),
  /** The side schema, and the statement that removes it. */
  schema: z.string(),
  drop: z.string(),
  /** A publication covers all tables, so the side tables are UNLOGGED: a crash of the server empties them. */
  unlogged: z.boolean(),
  tables: z.array(tableDifferencesSchema),
});
export type Differences = z.infer<typeof differencesSchema>;

/** Keeps what was found of one table; writing it again is no change. */
export async function writeTableDifferences(
  repository: Repository,
  { runId, index }: { runId: string; index: number },
  differences: TableDifferences,
): Promise<void> {
  await repository.putJson(`${runFolder(runId)}differences/${index}.json`, differences);
}

/** What was found of one table, where it has come to that. */
export async function findTableDifferences(
  repository: Repository,
  { runId, index }: { runId: string; index: number },
): Promise<TableDifferences | undefined> {
  return repository.getJson(`${runFolder(runId)}differences/${index}.json`, tableDifferencesSchema);
}

/** Keeps the report of a run. */
export async function writeDifferences(repository: Repository, runId: string, differences: Differences): Promise<void> {
  await repository.putJson(differencesKey(runId), differences);
}

/** The report of a run, where it got that far. */
export async function readDifferences(repository: Repository, runId: string): Promise<Differences | undefined> {
  return repository.getJson(differencesKey(runId), differencesSchema);
}

function differencesKey(runId: string): string {
  return `${runFolder(runId)}differences.json`;
}
