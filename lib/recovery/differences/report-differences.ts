import type { Manifest } from '#lib/manifest/manifest.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import { planTableScript } from '#lib/recovery/definition/plan-table-script.ts';
import type { RecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { type Differences, findTableDifferences, type TableDifferences, writeDifferences } from './differences.ts';
import { notCompared } from './not-compared.ts';

/**
 * Puts the report together from what was found of each table, and keeps it: a table that is gone gets the statements
 * that make it again, and one that was not come to is told as not compared. Safe to run twice.
 */
export async function reportDifferences(
  runId: string,
  options: {
    plan: RecoveryPlan;
    manifest: Manifest;
    target: string;
    repository: Repository;
  },
): Promise<Differences> {
  const { plan, target, repository } = options;
  const found: TableDifferences[] = [];
  const reason = 'the comparison has ended before it; the run says why';
  for (const [index, table] of plan.tables.entries())
    found.push((await findTableDifferences(repository, { runId, index })) ?? notCompared(table, reason));
  const drop = `drop schema ${quoteIdent(plan.schema)} cascade;`;
  const differences = {
    backup: plan.backup,
    target,
    schema: plan.schema,
    drop,
    unlogged: plan.unlogged,
    tables: await addScripts(found, options),
  };
  await writeDifferences(repository, runId, differences);
  return differences;
}

async function addScripts(
  tables: TableDifferences[],
  { manifest, repository }: { manifest: Manifest; repository: Repository },
): Promise<TableDifferences[]> {
  if (tables.every(({ compared }) => compared !== 'gone')) return tables;
  const entries = await readSchemaEntries(repository, manifest);
  return tables.map((table) => {
    if (table.compared !== 'gone') return table;
    return { ...table, statements: { ...table.statements, ...planTableScript({ manifest, entries }, table) } };
  });
}
