import { startByForm } from '#app/cutover/start-by-form.ts';
import { requireKey } from '#app/http/idempotency-key.ts';
import { startTransfer } from '#app/transfer/start-transfer.ts';
import { parseTransferChoice, toTransferBody, transferAddress } from '#app/transfer/transfer-choice.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at both databases first. */
export const maxDuration = 60;

/** The form of the last step: goes to the run's page, or back with why nothing was begun. */
export function POST(request: Request): Promise<Response> {
  return startByForm(request, {
    action: 'transfer',
    parse: parseTransferChoice,
    start: async (caller, choice) => {
      const body = toTransferBody(choice);
      if (body === undefined) {
        throw new UsageError('There is no source or no target in the form.', {
          code: 'incomplete_form',
          hint: 'Choose both, then start it.',
        });
      }
      return startTransfer(caller, { asked: body, key: choice.key === undefined ? null : requireKey(choice.key) });
    },
    comeBack: (choice, problem) => transferAddress({ ...choice, problem }),
  });
}
