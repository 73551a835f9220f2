import { cron } from 'inngest';
import { inngest } from '#inngest/client.ts';
import { overdueRequested } from '#inngest/events.ts';
import { bareSteps } from '#inngest/run-step.ts';
import { checkOverdue } from '#lib/notify/check-overdue.ts';
import { type Letter, listStrandedLetters } from '#lib/notify/outbox.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { notifyOptions } from './notify-options.ts';
import { sendLetters } from './send-letters.ts';

/** Letters sent in one look; the rest waits for the next one. */
const mostLetters = 30;

/** Looks every quarter of an hour whether backups are overdue, and sends what an ended process has left unsent. */
export const overdue = inngest.createFunction(
  { id: 'overdue', ...notifyOptions, triggers: [cron('*/15 * * * *'), { event: overdueRequested }] },
  async (context) => {
    const steps = bareSteps(context);
    const letters = await steps.run('look', async ({ alarms, care }): Promise<Letter[]> => {
      if (alarms.channels.length === 0 || care.size === 0) return [];
      // A repository that nobody has made yet holds no backup, and that is told.
      const workspace = await openWorkspace({ create: true });
      const now = new Date();
      const stranded = await listStrandedLetters(workspace.repository, now);
      // Safe to run twice: what was written down and not sent is stranded, and a later look sends it.
      const found = await checkOverdue(workspace, now);
      return [...found.letters, ...stranded].slice(0, mostLetters);
    });
    await sendLetters({ context, steps }, letters);
  },
);
