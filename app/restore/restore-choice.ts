import { z } from 'zod';
import { addressOf, cutoverFields, cutoverFlag, toEventOptions, word } from '#app/cutover/cutover-choice.ts';
import { connectionName } from '#lib/config/config-schema.ts';
import type { RestoreBody } from './start-restore.ts';

const choiceSchema = z.object({
  ...cutoverFields,
  backup: word,
  from: connectionName.optional().catch(undefined),
  /** The proven copy stays beside the live database. */
  beside: cutoverFlag,
  /** Of the list of backups. */
  connection: connectionName.optional().catch(undefined),
  before: word,
});
export type RestoreChoice = z.infer<typeof choiceSchema>;

/** The choice that an address or a form makes; what does not parse is not chosen. */
export function parseRestoreChoice(query: Record<string, string | string[] | undefined>): RestoreChoice {
  return choiceSchema.parse(query);
}

/** The page with what was chosen, without what belongs to one sending of the form. Pure. */
export function restoreAddress(choice: Partial<RestoreChoice>): string {
  const { confirm: _name, key: _key, ...kept } = choice;
  return addressOf('/restore', kept);
}

/** What is asked for once a backup and a target are chosen; `undefined` before. Pure. */
export function toRestoreBody(choice: RestoreChoice): RestoreBody | undefined {
  const { backup, from, to, beside, confirm } = choice;
  if (backup === undefined || to === undefined) return undefined;
  return {
    ...{ backup, to, ...toEventOptions(choice) },
    ...(from === undefined ? {} : { from }),
    ...(beside === undefined ? {} : { cutover: false }),
    ...(confirm === undefined ? {} : { confirm }),
  };
}
