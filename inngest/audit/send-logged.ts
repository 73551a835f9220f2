import type { Context } from 'inngest';
import { plainSteps } from '#inngest/run-step.ts';
import type { AuditNote } from '#lib/audit/audit-entry.ts';
import { writeAuditOnce } from '#lib/audit/audit-store.ts';
import { noteOfEvent } from '#lib/audit/note-of-event.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { type SelfStarter, whoStarts } from './self-starter.ts';

/**
 * Sends the event of a run that nobody has asked for by hand, with its entry in the audit log first: what cannot be
 * logged is not begun. However often a step is tried there is one entry, as its moment is kept by a step of its own.
 */
export async function sendLogged(
  context: Context.Any,
  { slug, who, event }: { slug: string; who: SelfStarter; event: { name: string; data: object; id: string } },
): Promise<void> {
  const { step } = context;
  const steps = plainSteps(context);
  const at: number = await step.run(`${slug}-at`, () => Date.now());
  const { detail, ...note } = noteOfEvent({ ...event, data: { ...event.data } });
  const log = (
    { repository }: Workspace,
    { outcome, ...code }: Pick<AuditNote, 'outcome'> & { code?: string },
  ): Promise<void> => {
    const entry = { ...whoStarts(who), ...note, outcome, detail: { ...detail, ...code } };
    return writeAuditOnce(repository, entry, { at: new Date(at), of: `${event.id} ${outcome}` });
  };
  // Safe to run twice: the entry of the first attempt stays.
  await steps.run(`${slug}-log`, (workspace) => log(workspace, { outcome: 'accepted' }));
  try {
    await step.sendEvent(slug, event);
  } catch (cause) {
    await steps
      .run(`${slug}-log-failed`, (workspace) => log(workspace, { outcome: 'failed', code: 'event_not_sent' }))
      // The first entry stands; the failure that counts is the one of the sending.
      .catch(() => undefined);
    throw cause;
  }
}
