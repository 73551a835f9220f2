import { z } from 'zod';
import { addressOf, startProblem, word } from '#app/cutover/cutover-choice.ts';
import { connectionName } from '#lib/config/config-schema.ts';
import type { RecoveryBody } from './start-recovery.ts';

/** Of the patterns in an address: more would not fit into one. A pattern with a star takes as many tables as there are. */
export const mostPatterns = 100;

const pattern = z.string().min(1).max(300);
const choiceSchema = z.object({
  backup: word,
  from: connectionName.optional().catch(undefined),
  to: connectionName.optional().catch(undefined),
  /** Patterns of the tables that are chosen. */
  tables: z
    .union([pattern.transform((one) => [one]), z.array(z.string())])
    .optional()
    .catch(undefined)
    .transform((all) =>
      [...new Set((all ?? []).filter((one) => one !== '' && one.length <= 300))].slice(0, mostPatterns),
    ),
  schema: word,
  /** A part of the names of the tables that are listed. */
  filter: z.string().max(200).catch('').default(''),
  /** `check`: everything is chosen; `choose`: to go on choosing. */
  step: z.enum(['choose', 'check']).catch('choose').default('choose'),
  confirm: word,
  key: word,
  problem: startProblem,
  connection: connectionName.optional().catch(undefined),
  before: word,
});
export type RecoveryChoice = z.infer<typeof choiceSchema>;

/** The choice that an address or a form makes; what does not parse is not chosen. */
export function parseRecoveryChoice(query: Record<string, string | string[] | undefined>): RecoveryChoice {
  return choiceSchema.parse(query);
}

/** The page with what was chosen, without what belongs to one sending of the form. Pure. */
export function recoveryAddress(choice: Partial<RecoveryChoice>): string {
  const { confirm: _name, key: _key, filter, ...kept } = choice;
  return addressOf('/recover', { ...kept, filter: filter === '' ? undefined : filter });
}

/** What is asked for once everything is chosen; `undefined` before. Pure. */
export function toRecoveryBody(choice: RecoveryChoice): RecoveryBody | undefined {
  const { backup, from, to, tables, schema, step, confirm } = choice;
  if (backup === undefined || to === undefined || schema === undefined || tables.length === 0 || step !== 'check') {
    return undefined;
  }
  return {
    ...{ backup, to, tables, schema },
    ...(from === undefined ? {} : { from }),
    ...(confirm === undefined ? {} : { confirm }),
  };
}
