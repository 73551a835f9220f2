import { eventType, type Inngest } from 'inngest';
import { z } from 'zod';

/** What Holdfast sends; `inngest/events.ts` of Holdfast has all of its events. */
const backupCompleted = eventType('holdfast/backup.completed', {
  schema: z.object({ run: z.string(), connection: z.string().nullable(), backup: z.string().nullable() }),
});

/** A function of the second service: starts when a backup of its connection is completed, and lets the release go. */
export function createReleaseAfterBackup(inngest: Inngest, connection: string) {
  return inngest.createFunction(
    {
      id: 'release-after-backup',
      triggers: [{ event: backupCompleted, if: `event.data.connection == '${connection}'` }],
    },
    async ({ event, step }) => {
      const released = await step.run('release', () => {
        console.log(`released after backup ${event.data.backup} of run ${event.data.run}`);
        return { backup: event.data.backup };
      });
      await step.sendEvent('released', { name: 'second-service/released', data: released });
      return released;
    },
  );
}
