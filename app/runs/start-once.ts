import { randomUUID } from 'node:crypto';
import { type AuditedAction, audited, noteRefusal, whoOf } from '#app/http/audited.ts';
import type { Caller } from '#app/http/identify.ts';
import { identityKey } from '#lib/access/identity-key.ts';
import { noteOfEvent } from '#lib/audit/note-of-event.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { findRunOfEvent } from '#lib/runs/find-run-of-event.ts';
import { claimRequest, findClaim, type KeyedRequest, type RequestClaim } from '#lib/runs/request-store.ts';
import { startRun } from './start-run.ts';

export interface StartRequest {
  name: string;
  data: Record<string, unknown>;
  /** The caller's own key of this request; `null` where he has none. */
  key: string | null;
  /** What he has asked for, as he has written it: `latest` is another backup tomorrow. */
  asked: object;
  /** What the log keeps of it, where that is not what it keeps of the event. */
  note?: AuditedAction | undefined;
  /** Looks whether the run would be refused, and throws what it would say. */
  check: () => Promise<void>;
}

/**
 * Starts a run for a caller after a look at what it would be refused for, with its entry in the audit log. The same
 * request with the same key answers the same run for 24 hours.
 * @throws RefusedError (a check did not pass, `idempotency_key_reused`), UsageError, UnavailableError, StorageError.
 */
export async function startOnce(
  caller: Caller,
  repository: Repository,
  { name, data, key, asked, note, check }: StartRequest,
): Promise<{ event: string; run: string | null }> {
  const keyed = key === null ? undefined : toKeyed(caller, { name, key, asked });
  const claim = keyed && (await findClaim(repository, keyed));
  const begun = claim && (await findBegun(repository, claim));
  if (begun !== undefined) return begun;
  // Of two at once the slower one may meet the run of the other: then it is that one which it has asked for.
  const taken = claim ?? (await checkFirst(caller, repository, { name, data, keyed, note, check }));
  const ts = Date.now();
  const event = { id: randomUUID(), ts };
  const ours = keyed && (taken ?? (await claimRequest(repository, { ...keyed, event: event.id }, ts)));
  const sent = ours === undefined ? event : { id: ours.event, ts: Date.parse(ours.at) };
  const kept = noteOf({ name, data, note, id: sent.id });
  return audited(caller, kept, () => startRun(repository, { name, data, ...sent }));
}

async function findBegun(repository: Repository, { event, at }: RequestClaim) {
  const run = await findRunOfEvent(repository, { eventIds: [event], sentAt: Date.parse(at) });
  return run && { event, run: run.id };
}

interface CheckedStart extends Pick<StartRequest, 'name' | 'data' | 'note' | 'check'> {
  keyed: KeyedRequest | undefined;
}

/**
 * Does the check; where it does not pass and the key was taken meanwhile, answers by what. A refusal of what somebody
 * wanted to change is in the log, as the refusal of a run would be.
 */
async function checkFirst(
  caller: Caller,
  repository: Repository,
  { name, data, keyed, note, check }: CheckedStart,
): Promise<RequestClaim | undefined> {
  try {
    await check();
    return undefined;
  } catch (cause) {
    const claim = keyed && (await findClaim(repository, keyed));
    if (claim !== undefined) return claim;
    if (cause instanceof RefusedError || cause instanceof UsageError) {
      const { what, object, run, detail } = noteOf({ name, data, note, id: '' });
      const { event: _none, ...facts } = detail ?? {};
      await noteRefusal({ ...whoOf(caller), what, object, ...(run && { run }), detail: facts }, cause.code);
    }
    throw cause;
  }
}

function noteOf({ note, ...event }: Pick<StartRequest, 'name' | 'data' | 'note'> & { id: string }): AuditedAction {
  return note === undefined ? noteOfEvent(event) : { ...note, detail: { event: event.id } };
}

function toKeyed(
  { identity }: Caller,
  { name, key, asked }: Pick<StartRequest, 'name' | 'asked'> & { key: string },
): KeyedRequest {
  return { caller: identityKey(identity), route: name, key, body: JSON.stringify(asked) };
}
