import { type ChosenEntry, chooseEntries, type LeftOut, type SchemaPlanOptions } from './choose-entries.ts';
import { describeEntry } from './describe-entry.ts';
import { isPrivilege } from './is-privilege.ts';
import { isEventTrigger, planPostData } from './plan-post-data.ts';
import type { PlannedStatement } from './planned-statement.ts';
import { renderEntry } from './render-entry.ts';
import type { SchemaEntry } from './schema-entry.ts';

/** How a schema is restored: `preData`, then the rows, then each wave of `postData`. */
export interface SchemaPlan {
  /** In archive order, to be run one after the other. */
  preData: PlannedStatement[];
  /** Waves in order; the groups of a wave can run at the same time, the statements of a group in order. */
  postData: PlannedStatement[][][];
  /** Event triggers, and what belongs to them: they must see nothing of the restore, its clean-up included. */
  last: PlannedStatement[];
  leftOut: LeftOut[];
}

/**
 * Plans the restore of a schema. Run the statements in sessions with `restoreSessionSettings`, as simple queries (one can
 * hold several commands); all are allowed in a transaction. Rows of materialized views and sequence positions are
 * not part of a schema: refresh and set them after the last wave.
 */
export function planSchema(entries: readonly SchemaEntry[], options: SchemaPlanOptions): SchemaPlan {
  const { chosen, leftOut } = chooseEntries(entries, options);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const plan = (entry: SchemaEntry): PlannedStatement[] => {
    const sql = renderEntry(entry, options);
    return sql === '' ? [] : [{ item: `schema:${entry.id}`, object: describeEntry(entry), sql }];
  };
  const preData = inSection(chosen, 'pre-data');
  const postData = inSection(chosen, 'post-data');
  const waves = planPostData({
    entries: postData.filter((entry) => !isEventTrigger(entry)),
    byId,
    privileges: preData.filter(isPrivilege),
  });
  return {
    preData: preData.filter((entry) => !isPrivilege(entry)).flatMap(plan),
    postData: waves.map((wave) => wave.map((group) => group.flatMap(plan))),
    last: postData.filter(isEventTrigger).flatMap(plan),
    leftOut,
  };
}

function inSection(chosen: readonly ChosenEntry[], section: ChosenEntry['section']): SchemaEntry[] {
  return chosen.filter((one) => one.section === section).map(({ entry }) => entry);
}
