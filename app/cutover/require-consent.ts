import type { CutoverPreview } from '#lib/cutover/preview-cutover.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { refusalOf } from '#lib/report/refusal.ts';

/** Before anything is looked at: who names another target must not get far. @throws UsageError. */
export function requireRightName({ to, confirm }: { to: string; confirm?: string | undefined }): void {
  if (confirm === undefined || confirm === to) return;
  throw new UsageError(`The name that was given to confirm is not ${to}, the target.`, {
    code: 'wrong_confirmation',
    hint: `If it is really meant to go there, give the name of the connection: ${to}.`,
  });
}

/**
 * Lets pass what a run would not refuse: nothing stands in the way, and where something wants the target's name, it was
 * given. @throws RefusedError that the first failed check speaks in.
 */
export function requireConsent(
  { problems, consent }: Pick<CutoverPreview, 'problems' | 'consent'>,
  { to, confirm }: { to: string; confirm?: string | undefined },
): void {
  const refusal = refusalOf(problems) ?? (confirm === to ? undefined : refusalOf(consent));
  if (refusal === undefined) return;
  const { message, code, hint } = refusal.error;
  throw new RefusedError(`${message}.`, { code, hint });
}
