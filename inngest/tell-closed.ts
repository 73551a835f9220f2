import type { ClosedRun } from './close-abandoned.ts';
import { restoreRequested } from './events.ts';
import { tellOutcome } from './finish-run.ts';

interface EventSender {
  sendEvent(id: string, events: { name: string; data: object; id: string }[]): Promise<unknown>;
}

/** Sends the outcomes of runs that were closed from outside, and asks for the safety backups that have to come back. */
export async function tellClosed(step: EventSender, closed: readonly ClosedRun[]): Promise<void> {
  for (const { outcome, bringBack } of closed) {
    await tellOutcome(step, outcome);
    if (bringBack === null || outcome.target === null) continue;
    const { connection: from, backupId: backup } = bringBack;
    const data = { backup, from, to: outcome.target, strategy: 'in-place', confirm: outcome.target };
    await step.sendEvent('bring-back', [{ name: restoreRequested.name, data, id: `${outcome.run}.bring-back` }]);
  }
}
