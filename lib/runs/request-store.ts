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
  const claim = await repository.getJson(claimKey(request), claimSchema);
  if (claim === undefined || now - Date.parse(claim.at) >= sameRequestMs) return undefined;
  if (claim.body === digestOf(request.body)) return claim;
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
  if ((await repository.putJson(claimKey(request), claim, { ifAbsent: true })) === 'created') return claim;
  const earlier = await findClaim(repository, request, now);
  if (earlier !== undefined) return earlier;
  await repository.putJson(claimKey(request), claim);
  return claim;
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
