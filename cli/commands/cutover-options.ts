import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { GivenConfirmation } from '#cli/confirmation/confirm.ts';
import { strategyNames } from '#lib/cutover/cutover.ts';
import { wholeNumber } from './verb.ts';

/** The options of every verb that makes a copy and lets it go live. */
export const cutoverOptionsSchema = z.object({
  lanes: z.int().optional(),
  proof: z.enum(['content', 'counts']).optional(),
  strategy: z.enum(strategyNames).optional(),
  replace: z.boolean().optional(),
  requireApproval: z.boolean().optional(),
  keepStaging: z.boolean().optional(),
  ...confirmationShape(),
});
type CutoverOptions = z.infer<typeof cutoverOptionsSchema>;

/** The options by which a script gives its word. */
export const confirmationSchema = z.object(confirmationShape());

function confirmationShape() {
  return { yes: z.boolean().default(false), yesReplace: z.string().optional() };
}

/** Adds them to a verb. */
export function addCutoverOptions(command: Command): Command {
  return addConfirmation(
    command
      .option('--lanes <n>', 'rows are moved by this many sessions at a time', wholeNumber({ min: 1, max: 16 }))
      .addOption(
        new Option('--proof <level>', 'compare the content of every row, or only count them').choices([
          'content',
          'counts',
        ]),
      )
      .addOption(
        new Option('--strategy <name>', 'how the copy goes live; else the target decides').choices(strategyNames),
      )
      .option('--replace', 'replace what the target holds in place, after a safety backup of it')
      .option('--require-approval', 'wait after the proof until `holdfast approve RUN` lets the copy go live')
      .option('--keep-staging', 'keep a copy whose proof failed, to look at'),
  );
}

/** Adds `--yes` and `--yes-replace`. */
export function addConfirmation(command: Command): Command {
  return command
    .option('--yes', 'do not ask; not enough for a protected connection')
    .option('--yes-replace <name>', 'do not ask: give the name of the connection here, also of a protected one');
}

/** What the event of a run says of them, and what was given as confirmation. */
export function splitOptions<T extends CutoverOptions>({ yes, yesReplace, ...request }: T) {
  const given: GivenConfirmation = { yes, yesReplace };
  return { given, request };
}
