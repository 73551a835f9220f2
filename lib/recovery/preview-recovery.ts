import type { LeftOut } from '#lib/catalog/catalog.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { type BackupKey, readManifest } from '#lib/manifest/manifest-store.ts';
import type { Check } from '#lib/report/check.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { planRecovery } from './plan-recovery.ts';
import { preflightRecovery } from './preflight-recovery.ts';

/** What a person is shown before tables are recovered. */
export interface RecoveryPreview {
  /** What goes into the side schema, under which name. */
  tables: { schema: string; name: string; side: string; rows: string; key: readonly string[] | null }[];
  leftOut: LeftOut[];
  checks: Check[];
}

/** No run has this id, so no schema is taken for one that the run itself has made. */
const noRun = 'RUN';

/**
 * Looks at a recovery as its run would, before there is one. Reads only.
 * @throws UsageError (patterns), RefusedError (a table that cannot be recovered by itself; out of reach), DamagedError.
 */
export async function previewRecovery(
  { config, repository }: Workspace,
  {
    request,
    backup,
  }: {
    request: { to: string; tables: readonly string[]; schema: string; lanes?: number | undefined };
    backup: BackupKey;
  },
): Promise<RecoveryPreview> {
  const target = findConnection(config, request.to);
  const manifest = await readManifest(repository, backup);
  const entries = await readSchemaEntries(repository, manifest);
  const { tables: patterns, schema } = request;
  const plan = planRecovery({ manifest, entries }, { patterns, schema, lanes: 1, unlogged: false });
  const { checks } = await preflightRecovery(target, {
    ...{ manifest, entries, patterns, schema, runId: noRun, confirm: undefined },
    lanes: request.lanes ?? config.lanes,
  });
  const tables = plan.tables.map(({ schema, name, side, rows, key }) => ({ schema, name, side, rows, key }));
  return { tables, leftOut: plan.leftOut, checks };
}
