import { inngest } from '#inngest/client.ts';
import { backupRequested } from '#inngest/events.ts';
import { withAudit } from '#lib/audit/with-audit.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { claimDelivery, type Delivery, settleDelivery } from '#lib/hooks/delivery-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { OpenedHook } from './open-hook.ts';

/**
 * Starts what an opened hook names, once for its delivery; `first` is false where that was done before.
 * @throws UnavailableError where the event is not taken, StorageError.
 */
export async function startHook(
  { repository }: Workspace,
  opened: OpenedHook,
): Promise<{ delivery: Delivery; first: boolean }> {
  const { hook, by, address } = opened;
  const claimed = await claimDelivery(repository, { hook: hook.name, id: opened.delivery });
  if (!claimed.first) return claimed;
  const { delivery } = claimed;
  const event = eventOf(opened, delivery);
  const who = { kind: 'hook', id: hook.name, name: `hook ${hook.name}` } as const;
  const detail = { by, start: hook.start, event: event?.id ?? null, sha: opened.git.sha ?? null };
  const note = { who, role: null, from: address, what: event?.name ?? 'gate', object: hook.connection, detail };
  try {
    await withAudit(repository, note, async () => {
      const ids = event === null ? [] : await send(event);
      await settleDelivery(repository, delivery, { state: 'sent', ids });
    });
  } catch (cause) {
    // The next attempt may try; where that cannot be written down, the claim ends by itself.
    await settleDelivery(repository, delivery, { state: 'failed' }).catch(() => undefined);
    throw cause;
  }
  return claimed;
}

interface HookEvent {
  name: string;
  id: string;
  ts: number;
  data: Record<string, unknown>;
}

/** `null`: the hook asks only. */
function eventOf({ hook, git }: OpenedHook, { events: [id = ''], at }: Delivery): HookEvent | null {
  switch (hook.start) {
    case 'gate':
      return null;
    case 'backup':
    case 'backup-and-gate': {
      const label = hook.label === null ? {} : { label: hook.label };
      const data = { connection: hook.connection, ...label, ...(git.sha || git.ref ? { git } : {}) };
      return { name: backupRequested.name, id, ts: Date.parse(at), data };
    }
  }
}

async function send(event: HookEvent): Promise<string[]> {
  try {
    return (await inngest.send(event)).ids;
  } catch (cause) {
    throw new UnavailableError('The event could not be handed to Inngest.', {
      code: 'event_not_sent',
      hint: 'Check INNGEST_EVENT_KEY and, for a server of your own, INNGEST_BASE_URL; the server’s log says more.',
      cause,
    });
  }
}
