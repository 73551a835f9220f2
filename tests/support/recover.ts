import type { Differences, TableDifferences } from '#lib/recovery/differences/differences.ts';
import { readDifferences } from '#lib/recovery/differences/differences.ts';
import type { FinishedRun, Holdfast } from './workflow.ts';

/** How a recovery ended, with its report where it got that far. */
export interface FinishedRecovery extends FinishedRun {
  differences: Differences | undefined;
}

/** Begins to recover tables of the latest backup into the schema `side` of the connection `source`, the live one. */
export function startRecovery(
  holdfast: Holdfast,
  tables: readonly string[],
  request: object = {},
): ReturnType<Holdfast['start']> {
  return holdfast.start({
    name: 'holdfast/recover.requested',
    data: { backup: 'latest', to: 'source', tables, schema: 'side', ...request },
  });
}

/** The same to its end. */
export async function recoverTables(
  holdfast: Holdfast,
  tables: readonly string[],
  request: object = {},
): Promise<FinishedRecovery> {
  const { finished } = await startRecovery(holdfast, tables, request);
  const run = await finished;
  return { ...run, differences: await readDifferences(holdfast.repository, run.id) };
}

/** What the report says of one table. */
export function differencesOf({ differences }: FinishedRecovery, name: string): TableDifferences {
  const found = differences?.tables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`the report does not name ${name}`);
  return found;
}
