import { startByForm } from '#app/cutover/start-by-form.ts';
import { requireKey } from '#app/http/idempotency-key.ts';
import { parseRecoveryChoice, recoveryAddress, toRecoveryBody } from '#app/recovery/recovery-choice.ts';
import { startRecovery } from '#app/recovery/start-recovery.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at the target first. */
export const maxDuration = 60;

/** The form of the last step: goes to the run's page, or back with why nothing was begun. */
export function POST(request: Request): Promise<Response> {
  return startByForm(request, {
    action: 'recover',
    parse: parseRecoveryChoice,
    start: async (caller, choice) => {
      const body = toRecoveryBody(choice);
      if (body === undefined) {
        throw new UsageError('There is no backup, table, target or schema in the form.', {
          code: 'incomplete_form',
          hint: 'Choose all of them, then start it.',
        });
      }
      return startRecovery(caller, { asked: body, key: choice.key === undefined ? null : requireKey(choice.key) });
    },
    comeBack: (choice, problem) => recoveryAddress({ ...choice, problem }),
  });
}
