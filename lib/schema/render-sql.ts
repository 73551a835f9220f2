import { type SchemaPlanOptions, wholeSchema } from './choose-entries.ts';
import { planSchema } from './plan-schema.ts';
import type { PlannedStatement } from './planned-statement.ts';
import { restoreSessionSettings } from './restore-session-settings.ts';
import type { SchemaEntry } from './schema-entry.ts';

/** A schema as two scripts for psql: run one before the rows are loaded, the other after. */
export function renderSql(
  entries: readonly SchemaEntry[],
  options: SchemaPlanOptions = wholeSchema,
): { preData: string; postData: string } {
  const { preData, postData, last } = planSchema(entries, options);
  return { preData: script(preData), postData: script([...postData.flat(2), ...last]) };
}

function script(statements: readonly PlannedStatement[]): string {
  const settings = restoreSessionSettings.map((setting) => `${setting};\n`).join('');
  return `${settings}\n${statements.map(({ object, sql }) => `-- ${object}\n${sql}\n\n`).join('')}`;
}
