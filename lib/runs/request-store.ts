import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** How long a key stands for its request: as long as Inngest takes an event id for the same one. */
const sameRequestMs = 24 * 3_600_000;

const prefix = 'requests/';

const claimSchema = z.strictObject({
  at: z.iso.datetime(),
  /** The event that the request has sent, or was about to send. */
  event: z.string(),
  /** SHA-256 of what was asked for. */
  body: z.string(),
});
export type RequestClaim = z.infer<typeof claimSchema>;

/** A request that its sender has given a key of his own. `caller` and `route` part his keys from those of others. */
export interface KeyedRequest {
  caller: string;
  route: string;
  key: string;
  /** What is asked for, in a form that is the same for the same request. */
  body: string;
}

/**
 * What a request of this key has come to in the last 24 hours; `undefined` where there was none.
 * @throws RefusedError (`idempotency_key_reused`) where it asked for something else; StorageError.
 */
export async function findClaim(
  repository: Repository,
  request: KeyedRequest,
  now = Date.now(),
): Promise<RequestClaim | undefined> {
  const { claim } = await readNewest(repository, { request, now });
  if (claim === undefined || claim.body === digestOf(request.body)) return claim;
  throw new RefusedError('The idempotency key was used for another request in the last 24 hours.', {
    code: 'idempotency_key_reused',
    hint: 'Send a new key with a new request, or the same body with the same key.',
  });
}

/**
 * Takes a key for an event before it is sent; of two at once one takes it, and both answer the same claim.
 * @throws RefusedError (`idempotency_key_reused`), StorageError.
 */
export async function claimRequest(
  repository: Repository,
  request: KeyedRequest & { event: string },
  now = Date.now(),
): Promise<RequestClaim> {
  const claim = { at: new Date(now).toISOString(), event: request.event, body: digestOf(request.body) };
  for (;;) {
    const { free } = await readNewest(repository, { request, now });
    const isOurs = (await repository.putJson(free, claim, { ifAbsent: true })) === 'created';
    const taken = isOurs ? claim : await findClaim(repository, request, now);
    // Swept between the two looks, as it is two days old.
    if (taken === undefined) continue;
    // The first key then tells it alone; whoever has read the former claim there still meets the one that followed it.
    if (isOurs && free !== claimKey(request)) await repository.putJson(claimKey(request), claim);
    return taken;
  }
}

/**
 * The claim that stands for a key now, and the object that a new one would have. That of one which follows an old one
 * hangs on the old one: of two that find it old at once, both would make the same object.
 */
async function readNewest(
  repository: Repository,
  { request, now }: { request: KeyedRequest; now: number },
): Promise<{ claim: RequestClaim | undefined; free: string }> {
  for (let free = claimKey(request); ; ) {
    const claim = await repository.getJson(free, claimSchema);
    if (claim === undefined || now - Date.parse(claim.at) < sameRequestMs) return { claim, free };
    free = `${prefix}${digestOf(JSON.stringify([free, claim.event]))}.json`;
  }
}

/** The keys of claims that stand for nothing any more. `now` in epoch milliseconds, by the store's clock. */
export async function listOldClaims(repository: Repository, now: number): Promise<string[]> {
  const old: string[] = [];
  for await (const { key, modified } of repository.store.list(prefix)) {
    // Twice as long: the clocks of servers and of the store need not agree.
    if (now - modified.getTime() > 2 * sameRequestMs) old.push(key);
  }
  return old;
}

function claimKey({ caller, route, key }: KeyedRequest): string {
  return `${prefix}${digestOf(JSON.stringify([caller, route, key]))}.json`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
