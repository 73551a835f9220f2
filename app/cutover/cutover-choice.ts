import { z } from 'zod';
import { connectionName } from '#lib/config/config-schema.ts';
import { strategyNames } from '#lib/cutover/cutover.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

/** A box that is ticked is sent as `on`, any other not at all. */
const flag = z.literal('on').optional().catch(undefined);
/** Why the last attempt to start it came to nothing, sealed. */
export const startProblem = z.string().min(1).max(8_000).optional().catch(undefined);
export const word = z.string().min(1).max(200).optional().catch(undefined);

/** What the pages of a restore and of a transfer ask alike, as their addresses and forms carry it. */
export const cutoverFields = {
  to: connectionName.optional().catch(undefined),
  strategy: z.enum(strategyNames).optional().catch(undefined),
  proof: z.enum(['content', 'counts']).optional().catch(undefined),
  replace: flag,
  requireApproval: flag,
  keepStaging: flag,
  /** Of the form that starts it only. */
  confirm: word,
  key: word,
  problem: startProblem,
};
export const cutoverFlag = flag;

interface CutoverChoice {
  strategy?: (typeof strategyNames)[number] | undefined;
  proof?: 'content' | 'counts' | undefined;
  replace?: 'on' | undefined;
  requireApproval?: 'on' | undefined;
  keepStaging?: 'on' | undefined;
}

/** The part of an event's data that the choice makes; what is not chosen is left out. Pure. */
export function toEventOptions({ strategy, proof, replace, requireApproval, keepStaging }: CutoverChoice) {
  return {
    ...(strategy === undefined ? {} : { strategy }),
    ...(proof === undefined ? {} : { proof }),
    ...(replace === undefined ? {} : { replace: true }),
    ...(requireApproval === undefined ? {} : { requireApproval: true }),
    ...(keepStaging === undefined ? {} : { keepStaging: true }),
  };
}

/** @throws UsageError where the copy is to stay beside the live database and to wait for going live at once. */
export function requireNoConflict(request: { cutover?: boolean | undefined; requireApproval?: boolean | undefined }) {
  if (request.cutover !== false || !request.requireApproval) return;
  throw new UsageError('To leave the copy beside the live database and to wait for an approval exclude each other.', {
    code: 'usage_conflict',
    hint: 'What stays beside never goes live; what waits for an approval lies beside the live database until then.',
  });
}

/** The address of a page with what was chosen so far; what is `undefined` is left out. Pure. */
export function addressOf(path: string, choice: Record<string, string | readonly string[] | undefined>): string {
  const pairs = Object.entries(choice).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`;
}
