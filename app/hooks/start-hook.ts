import { setTimeout as sleep } from 'node:timers/promises';
import { sendEvents } from '#app/runs/send-events.ts';
import { backupRequested, transferRequested } from '#inngest/events.ts';
import { withAudit } from '#lib/audit/with-audit.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { Delivery } from '#lib/hooks/delivery.ts';
import { claimDelivery, renewDelivery, settleFailed, settleSent } from '#lib/hooks/delivery-store.ts';
import { planDelivery } from '#lib/hooks/plan-delivery.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { findRunOfEvent } from '#lib/runs/find-run-of-event.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { OpenedHook } from './open-hook.ts';

/**
 * Starts what an opened hook names, once for its delivery. A delivery that was not handed over is handed over by the next
 * attempt, with the same event; a day later with one of that moment. `replayed` where a webhook has come before, and has started, or not, what it does.
 * @throws UnavailableError where the event is not taken, StorageError.
 */
export async function startHook(
  { repository }: Workspace,
  opened: OpenedHook,
): Promise<{ delivery: Delivery; replayed: boolean }> {
  const { hook, by, ignored } = opened;
  const state = ignored === null ? 'claimed' : 'ignored';
  const { delivery, isFirst } = await claimDelivery(repository, { hook: hook.name, id: opened.delivery, state });
  const plan = isFirst ? (ignored === null ? 'send' : 'answer') : planDelivery(delivery, { by, ignored });
  if (plan === 'answer' || plan === 'replayed') return { delivery, replayed: plan === 'replayed' };
  // Inngest takes an event id for the same one for a day only.
  if (!isFirst && (await isSent(repository, delivery))) {
    return { delivery: await settle(repository, { delivery, ids: [] }), replayed: false };
  }
  const current = plan === 'renew' ? await renewDelivery(repository, delivery) : delivery;
  const ids = await handOver(repository, { opened, delivery: current });
  return { delivery: await settle(repository, { delivery: current, ids }), replayed: false };
}

async function isSent(repository: Repository, { events, at }: Delivery): Promise<boolean> {
  return (await findRunOfEvent(repository, { eventIds: events, sentAt: Date.parse(at) })) !== undefined;
}

/** Sends the event, with its entry in the audit log, and answers the ids that Inngest has given it. */
async function handOver(
  repository: Repository,
  { opened, delivery }: { opened: OpenedHook; delivery: Delivery },
): Promise<string[]> {
  const { hook, by, git, address } = opened;
  const event = eventOf(opened, delivery);
  const who = { kind: 'hook', id: hook.name, name: `hook ${hook.name}` } as const;
  const detail = { by, start: hook.start, event: event?.id ?? null, sha: git.sha ?? null, ref: git.ref ?? null };
  const from = hook.to === null ? {} : { from: hook.connection };
  const note = {
    ...{ who, role: null, from: address, what: event?.name ?? 'gate', object: hook.to ?? hook.connection },
    detail: { ...detail, ...from },
  };
  try {
    return await withAudit(repository, note, async () => (event === null ? [] : sendEvents([event])));
  } catch (cause) {
    // That it failed is told to others who ask; where it cannot be written down, the next attempt tries all the same.
    await settleFailed(repository, delivery).catch(() => undefined);
    throw cause;
  }
}

const settleAttempts = 3;
const settlePauseMs = 300;

/** The event was taken: that it cannot be written down now must not look as if it were not. */
async function settle(
  repository: Repository,
  { delivery, ids }: { delivery: Delivery; ids: readonly string[] },
): Promise<Delivery> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await settleSent(repository, delivery, { ids });
    } catch (cause) {
      if (!(cause instanceof HoldfastError)) throw cause;
      if (attempt === settleAttempts) {
        console.error(`holdfast: the hook ${delivery.hook} was opened, which could not be noted: ${cause.message}`);
        return { ...delivery, events: [...delivery.events, ...ids], state: 'sent' };
      }
      await sleep(settlePauseMs);
    }
  }
}

interface HookEvent {
  name: string;
  id: string;
  ts: number;
  data: Record<string, unknown>;
}

/** `null`: the hook asks only. */
function eventOf({ hook, git }: OpenedHook, { events: [id = ''], at }: Delivery): HookEvent | null {
  const named = { id, ts: Date.parse(at) };
  const { start, connection, label, to, fence, confirm } = hook;
  switch (start) {
    case 'gate':
      return null;
    case 'backup':
    case 'backup-and-gate': {
      const data = { connection, ...(label === null ? {} : { label }), ...(git.sha || git.ref ? { git } : {}) };
      return { name: backupRequested.name, data, ...named };
    }
    case 'transfer': {
      const data = { from: connection, to, ...(fence ? { fence } : {}), ...(confirm === null ? {} : { confirm }) };
      return { name: transferRequested.name, data, ...named };
    }
  }
}
