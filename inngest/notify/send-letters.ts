import type { Context } from 'inngest';
import { isLastAttempt } from '#inngest/is-last-attempt.ts';
import type { BareSteps } from '#inngest/run-step.ts';
import type { Letter } from '#lib/notify/outbox.ts';
import { sendLetter } from '#lib/notify/send-letter.ts';
import { openForNotice } from './open-for-notice.ts';

/** Sends letters at the same time, a step each: one receiver that is down holds no other up. */
export async function sendLetters(
  { context, steps }: { context: Pick<Context.Any, 'attempt' | 'maxAttempts'>; steps: BareSteps },
  letters: readonly Letter[],
): Promise<void> {
  await Promise.all(
    letters.map((letter) =>
      steps.run(`send-${letter.notice.id}-${letter.channel}`, async ({ alarms }) => {
        const repository = await openForNotice();
        // Safe to run twice: the receiver knows the notice by its id.
        const { state, detail } = await sendLetter(letter, {
          channels: alarms.channels,
          repository,
          isLastAttempt: isLastAttempt(context),
        });
        return { state, detail };
      }),
    ),
  );
}
