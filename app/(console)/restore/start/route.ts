import { startByForm } from '#app/cutover/start-by-form.ts';
import { requireKey } from '#app/http/idempotency-key.ts';
import { parseRestoreChoice, restoreAddress, toRestoreBody } from '#app/restore/restore-choice.ts';
import { startRestore } from '#app/restore/start-restore.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at the target first. */
export const maxDuration = 60;

/** The form of the last step: goes to the run's page, or back with why nothing was begun. */
export function POST(request: Request): Promise<Response> {
  return startByForm(request, {
    action: 'restore',
    parse: parseRestoreChoice,
    start: async (caller, choice) => {
      const body = toRestoreBody(choice);
      if (body === undefined) {
        throw new UsageError('There is no backup or no target in the form.', {
          code: 'incomplete_form',
          hint: 'Choose both, then start it.',
        });
      }
      return startRestore(caller, { asked: body, key: choice.key === undefined ? null : requireKey(choice.key) });
    },
    comeBack: (choice, problem) => restoreAddress({ ...choice, problem }),
  });
}
