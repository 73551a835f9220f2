import { setTimeout as sleep } from 'node:timers/promises';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import type { Delivery } from '#lib/hooks/delivery.ts';
import { readDelivery } from '#lib/hooks/delivery-store.ts';
import { type HookOutcome, readOutcome } from '#lib/hooks/read-outcome.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { answerOutcome, answerTooLong, sendOn } from './answer-hook.ts';

/** One request: shorter than what proxies (60 s of nginx and AWS) and Vercel's smallest limit let through. */
const legMs = 50_000;
/** Until a run has begun, for who does not wait: senders of webhooks have ten seconds of patience. */
const beginMs = 5_000;
const lookMs = 500;

interface Started {
  workspace: Workspace;
  hook: Hook;
  delivery: Delivery;
}

/**
 * Waits for the outcome of what a hook has started. A long wait is cut into requests: each is answered with 303 to the
 * next one, which `curl -L` and `fetch` follow by themselves, so that the last one has the status of the outcome.
 */
export async function waitForOutcome(request: Request, { workspace, hook, delivery }: Started): Promise<Response> {
  const until = Date.parse(delivery.sentAt ?? delivery.at) + hook.waitMs;
  const legEnd = Math.min(Date.now() + legMs, until);
  const outcome = await lookUntil({ workspace, hook, delivery }, ({ state }) => {
    return state !== 'open' || Date.now() >= legEnd || request.signal.aborted;
  });
  if (outcome.state !== 'open') return answerOutcome(outcome, { hook, delivery });
  return Date.now() >= until ? answerTooLong(outcome, { hook, delivery }) : sendOn(outcome, { hook, delivery });
}

/** Answers as soon as the run has begun, or some seconds later. */
export async function answerBegun({ workspace, hook, delivery }: Started): Promise<Response> {
  const until = Date.now() + beginMs;
  const outcome = await lookUntil({ workspace, hook, delivery }, ({ run, state }) => {
    return run !== null || state !== 'open' || Date.now() >= until;
  });
  // Who does not wait is told that it was started, also where it has ended meanwhile.
  const { error: _, ...begun } = outcome;
  const isAsIs = hook.start === 'gate' || outcome.run === null;
  const open: HookOutcome = isAsIs ? outcome : { ...begun, state: 'open', exitCode: null, error: null };
  return answerOutcome(open, { hook, delivery });
}

async function lookUntil(
  { workspace, hook, delivery }: Started,
  isEnough: (outcome: HookOutcome) => boolean,
): Promise<HookOutcome> {
  let current = delivery;
  for (;;) {
    const outcome = await readOutcome(workspace, hook, current);
    if (isEnough(outcome)) return outcome;
    await sleep(lookMs);
    // Another attempt may have failed, or learned by which id Inngest knows the event.
    if (outcome.run === null && current.state !== 'sent') {
      current = (await readDelivery(workspace.repository, delivery)) ?? current;
    }
  }
}
