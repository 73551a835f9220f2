import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { askForName, canAsk } from './ask-for-name.ts';

/** What a person gave on the command line: `--yes`, `--yes-replace NAME`. */
export interface GivenConfirmation {
  yes: boolean;
  yesReplace: string | undefined;
}

/** Something that needs a person's word. */
export interface Change {
  target: Pick<Connection, 'name' | 'url'>;
  /** Why it needs one: `the database holds 7 objects`; the first reason speaks. */
  reasons: readonly Reason[];
  /** What is about to be done, line by line, for who is asked. */
  facts: string;
  /** How the question goes on behind `Type neon to`: `replace it`. */
  verb: string;
}

export interface Reason {
  code: string;
  says: string;
  /** `--yes` is not enough: the name has to be given. */
  strong: boolean;
}

/**
 * Goes on only with a person's word: `--yes`, `--yes-replace NAME`, or the name of the connection or of its database
 * typed at a terminal. Never asks where stdin is none. @throws RefusedError, UsageError (another name was given).
 */
export async function confirm(change: Change, given: GivenConfirmation): Promise<void> {
  const { target, reasons, facts, verb } = change;
  requireRightName(target, given);
  const strong = reasons.find((reason) => reason.strong);
  const reason = strong ?? reasons[0];
  if (reason === undefined || given.yesReplace !== undefined || (given.yes && !strong)) return;
  const flag = strong ? `--yes-replace ${target.name}` : '--yes';
  const hint = `If that is meant: ${flag}${canAsk() ? '' : ', or type the name at a terminal'}.`;
  if (!canAsk()) throw new RefusedError(reason.says, { code: reason.code, hint });
  const typed = await askForName(`${facts}\nType ${target.name} to ${verb}: `);
  if (isNameOf(target, typed)) return;
  throw new RefusedError(`${reason.says} Its name was not typed.`, { code: reason.code, hint });
}

/** Before anything is looked at: a script that names another target must not get far. @throws UsageError. */
export function requireRightName(target: Change['target'], { yesReplace }: GivenConfirmation): void {
  if (yesReplace === undefined || isNameOf(target, yesReplace)) return;
  throw new UsageError(`--yes-replace names ${yesReplace}, the target is ${target.name}.`, {
    code: 'wrong_confirmation',
    hint: 'Give the name of the target connection, or leave --yes-replace out.',
  });
}

/** A protected connection wants its name, whatever is done to it. */
export function protectionOf({ name, protected: isProtected }: Connection): Reason[] {
  return isProtected ? [{ code: 'protected_target', says: `The connection ${name} is protected.`, strong: true }] : [];
}

/** The connection's name, or that of its database as its URL writes it. */
function isNameOf({ name, url }: Change['target'], given: string): boolean {
  const database = URL.parse(url)?.pathname.slice(1) ?? '';
  return given === name || (given !== '' && [given, encodeURIComponent(given)].includes(database));
}
