import { z } from 'zod';
import { addressOf, cutoverFields, cutoverFlag, toEventOptions } from '#app/cutover/cutover-choice.ts';
import { connectionName } from '#lib/config/config-schema.ts';
import type { TransferBody } from './start-transfer.ts';

const choiceSchema = z.object({
  ...cutoverFields,
  from: connectionName.optional().catch(undefined),
  fence: cutoverFlag,
});
export type TransferChoice = z.infer<typeof choiceSchema>;

/** The choice that an address or a form makes; what does not parse is not chosen. */
export function parseTransferChoice(query: Record<string, string | string[] | undefined>): TransferChoice {
  return choiceSchema.parse(query);
}

/** The page with what was chosen, without what belongs to one sending of the form. Pure. */
export function transferAddress(choice: Partial<TransferChoice>): string {
  const { confirm: _name, key: _key, ...kept } = choice;
  return addressOf('/transfer', kept);
}

/** What is asked for once source and target are chosen; `undefined` before. Pure. */
export function toTransferBody(choice: TransferChoice): TransferBody | undefined {
  const { from, to, fence, confirm } = choice;
  if (from === undefined || to === undefined) return undefined;
  return {
    ...{ from, to, ...toEventOptions(choice) },
    ...(fence === undefined ? {} : { fence: true }),
    ...(confirm === undefined ? {} : { confirm }),
  };
}
