import { hidePlaces } from '#app/http/hide-places.ts';
import { problemResponse } from '#app/http/problem.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import type { Delivery } from '#lib/hooks/delivery.ts';
import type { HookOutcome } from '#lib/hooks/read-outcome.ts';

/** What the answers of a hook tell, `follow` being the address that tells the outcome. */
interface HookAnswer {
  hook: string;
  start: Hook['start'];
  state: 'ignored' | 'open' | 'done' | 'not-done';
  event: string | null;
  run: string | null;
  backup: string | null;
  message: string;
  exitCode: number | null;
  follow: string | null;
}

interface About {
  hook: Hook;
  delivery: Delivery | null;
}

/**
 * The outcome of a hook, for pipelines: 200 where all is well, 202 while it is open, else a problem: 409 where it was
 * refused, stopped, or the gate is closed, 503 where it was not handed over, 422 where it failed. The exit code of the
 * CLI stands in a header too.
 */
export function answerOutcome(outcome: HookOutcome, about: About): Response {
  const body = describeOutcome(outcome, about);
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (outcome.exitCode !== null) headers['holdfast-exit-code'] = String(outcome.exitCode);
  if (outcome.error === null) {
    return Response.json(body, { status: outcome.state === 'open' ? 202 : 200, headers });
  }
  const { name, code } = outcome.error;
  const [message, hint] = [hidePlaces(outcome.error.message), hidePlaces(outcome.error.hint)];
  const isRefusal = ['RefusedError', 'CancelledError', 'UsageError'].includes(name);
  const status = code === 'event_not_sent' ? 503 : isRefusal ? 409 : 422;
  return problemResponse({ ...body, title: name, status, detail: message, name, code, hint }, headers);
}

/** A webhook that starts nothing: its sender is told that all is well, as another attempt would change nothing. */
export function answerIgnored(hook: Hook, message: string): Response {
  const nothing = { event: null, run: null, backup: null, exitCode: null, follow: null };
  const body: HookAnswer = { hook: hook.name, start: hook.start, state: 'ignored', ...nothing, message };
  return Response.json(body, { headers: { 'cache-control': 'no-store' } });
}

/** Sends who waits on to the next request, before a proxy or a platform ends this one. */
export function sendOn(outcome: HookOutcome, { hook, delivery }: { hook: Hook; delivery: Delivery }): Response {
  const body = describeOutcome(outcome, { hook, delivery });
  const headers = { 'cache-control': 'no-store', location: `${followPath(delivery)}&wait=1` };
  return Response.json(body, { status: 303, headers });
}

/** What was started goes on, and nobody waits for it any longer. */
export function answerTooLong(outcome: HookOutcome, { hook, delivery }: { hook: Hook; delivery: Delivery }): Response {
  const detail = `The hook was waited for as long as it may be. ${outcome.message}`;
  const error = {
    name: 'UnavailableError',
    code: 'hook_wait_over',
    hint: 'What it has started goes on: ask `follow`.',
  };
  const body = describeOutcome(outcome, { hook, delivery });
  return problemResponse({ ...body, title: error.name, status: 504, detail, ...error });
}

/** Where the outcome of a delivery is told, to who has its ticket. */
function followPath({ hook, ticket }: Delivery): string {
  return `/api/hooks/${hook}/outcome?ticket=${ticket}`;
}

function describeOutcome(outcome: HookOutcome, { hook, delivery }: About): HookAnswer {
  const { state, run, backup, message, exitCode } = outcome;
  return {
    ...{ hook: hook.name, start: hook.start, state },
    event: hook.start === 'gate' ? null : (delivery?.events[0] ?? null),
    ...{ run, backup, message: hidePlaces(message), exitCode },
    follow: delivery === null ? null : followPath(delivery),
  };
}
