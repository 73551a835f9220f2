import { inngest } from '#inngest/client.ts';
import { notifyRequested } from '#inngest/events.ts';
import { isLastAttempt } from '#inngest/is-last-attempt.ts';
import { bareSteps } from '#inngest/run-step.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { ping } from '#lib/notify/ping.ts';
import { tellRun } from '#lib/notify/tell-run.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { notifyOptions } from './notify-options.ts';
import { openForNotice } from './open-for-notice.ts';
import { sendLetters } from './send-letters.ts';

/**
 * Tells people how a run has ended, by every channel that asks for it, and the dead-man switch of its connection. It is
 * a function of its own, so that no receiver can hold a run up or make it fail.
 */
export const notify = inngest.createFunction(
  { id: 'notify', ...notifyOptions, triggers: [{ event: notifyRequested }] },
  async (context) => {
    const ended = context.event.data;
    const steps = bareSteps(context);

    const { letters, pings } = await steps.run('plan', async (config) => {
      const { alarms } = config;
      const hasPing = ended.kind === 'backup' && (alarms.ping ?? alarms.pings.get(ended.connection ?? '')) != null;
      if (alarms.channels.length === 0 && !hasPing) return { letters: [], pings: false };
      const tell = async (repository: Repository | undefined) => {
        const { letters, isQuiet } = await tellRun(ended, { alarms, repository, now: new Date() });
        return { letters, pings: hasPing && !isQuiet };
      };
      try {
        // Safe to run twice: a run is judged the same each time.
        return await tell(await openForNotice());
      } catch (cause) {
        if (!(cause instanceof HoldfastError) || (cause.retryable && !isLastAttempt(context))) throw cause;
        // What the repository remembers cannot be had: better told twice than never.
        return tell(undefined);
      }
    });

    const work = [sendLetters({ context, steps }, letters)];
    if (pings) work.push(tellSwitch());
    await Promise.all(work);

    async function tellSwitch(): Promise<void> {
      await steps.run('ping', async ({ alarms }) => {
        // Safe to run twice: a switch that is told twice is told the same.
        const { connection, status, message } = ended;
        try {
          await ping(alarms, { connection: connection ?? '', succeeded: status === 'completed', message });
          return 'answered';
        } catch (cause) {
          if (!(cause instanceof HoldfastError) || (cause.retryable && !isLastAttempt(context))) throw cause;
          return cause.message;
        }
      });
    }
  },
);
