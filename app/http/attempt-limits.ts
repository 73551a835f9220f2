import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Identity } from '#lib/access/identity.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { processState } from '#lib/process/process-state.ts';
import { clientGroup } from './client-address.ts';
import { isRateLimit } from './is-rate-limit.ts';

/** Attempts of one client in five minutes that may be wrong, before it has to wait for the rest of them. */
export const attemptsOfOne = 10;
/** Of all clients together: what a flood from many addresses may cost. */
export const attemptsOfAll = 300;
/** Looks for unknown tokens of one client: so few that it cannot use up those of all. */
export const lookupsOfOne = 60;
const windowSeconds = 300;
/** How long a client that has come in is not kept out by what others try. */
const latelyMs = 3_600_000;
const mostClients = 10_000;

/** In memory, by process. */
const limits = () =>
  processState('attempt-limits', () => ({
    signIns: limitsOf('sign-in'),
    guesses: limitsOf('guess'),
    lookups: limitsOf('lookup', lookupsOfOne),
  }));

/** What a client is no longer counted for among all. */
type Exempt = 'sign-in' | 'guess' | 'lookup';

/** When each group of addresses has come in last, by what it is exempt from; oldest first. */
const cameIn = () =>
  processState('came-in', () => ({
    'sign-in': new Map<string, number>(),
    guess: new Map<string, number>(),
    lookup: new Map<string, number>(),
  }));

/**
 * Notes that a client was who it said: for an hour only its own looks for tokens count against it, not those of all
 * others. Its sign-ins and guesses do so only where it may do everything already: whoever has less, a ticket
 * (`identity` is `null`) or the token of a viewer, would guess for more from any number of addresses.
 */
export function noteCameIn(address: string, identity: Identity | null): void {
  const mayAll = identity !== null && identity.role === 'admin' && identity.scope === null;
  for (const what of mayAll ? (['sign-in', 'guess', 'lookup'] as const) : (['lookup'] as const)) {
    note(cameIn()[what], clientGroup(address));
  }
}

function note(groups: Map<string, number>, group: string): void {
  groups.delete(group);
  groups.set(group, Date.now());
  const [oldest] = groups.keys();
  if (groups.size > mostClients && oldest !== undefined) groups.delete(oldest);
}

function isExempt(what: Exempt, group: string): boolean {
  return Date.now() - (cameIn()[what].get(group) ?? 0) < latelyMs;
}

interface Limits {
  what: Exempt;
  one: RateLimiterMemory;
  all: RateLimiterMemory;
}

function limitsOf(what: Exempt, ofOne = attemptsOfOne): Limits {
  return {
    what,
    one: new RateLimiterMemory({ keyPrefix: `${what}-one`, points: ofOne, duration: windowSeconds }),
    all: new RateLimiterMemory({ keyPrefix: `${what}-all`, points: attemptsOfAll, duration: windowSeconds }),
  };
}

/** An attempt that was counted; `withdraw` takes it back where it was right. */
export interface CountedAttempt {
  withdraw: () => Promise<void>;
}

/**
 * Counts an attempt to sign in, before it is looked at, so that many at once are counted too.
 * @throws UnavailableError (`too_many_attempts`) with the time to wait.
 */
export async function countSignIn(address: string): Promise<CountedAttempt> {
  return count(limits().signIns, address);
}

async function count({ what, one, all }: Limits, address: string): Promise<CountedAttempt> {
  const group = clientGroup(address);
  const isKnown = isExempt(what, group);
  await consume(one, group);
  if (!isKnown) await consume(all, 'all');
  return {
    async withdraw() {
      await Promise.all([one.reward(group), ...(isKnown ? [] : [all.reward('all')])]);
    },
  };
}

/**
 * Whether a client may still send texts that can only be `HOLDFAST_TOKEN`, which a person may have chosen badly. Looked
 * at before and counted after: a client with the right one may have any number of requests under way.
 * @throws UnavailableError (`too_many_attempts`).
 */
export async function requireGuessesLeft(address: string): Promise<void> {
  const { one, all } = limits().guesses;
  const group = clientGroup(address);
  const looked = isExempt('guess', group) ? [[one, group] as const] : [[one, group] as const, [all, 'all'] as const];
  for (const [limiter, key] of looked) {
    const standing = await limiter.get(key);
    if (standing !== null && standing.consumedPoints >= limiter.points) throw tooMany(standing);
  }
}

/** Counts a wrong one. */
export async function countGuess(address: string): Promise<void> {
  const { one, all } = limits().guesses;
  const group = clientGroup(address);
  await Promise.all([one.penalty(group), ...(isExempt('guess', group) ? [] : [all.penalty('all')])]);
}

/**
 * Counts a look into the repository for a token that this process has not seen. Nobody guesses one of those: this
 * bounds what made-up ones cost, of one client first, so that it keeps nobody else out. @throws UnavailableError (`too_many_attempts`).
 */
export async function countLookup(address: string): Promise<CountedAttempt> {
  return count(limits().lookups, address);
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (cause) {
    throw isRateLimit(cause) ? tooMany(cause) : cause;
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): UnavailableError {
  const retryAfterMs = Math.max(1_000, msBeforeNext);
  return new UnavailableError('There were too many attempts to come in.', {
    code: 'too_many_attempts',
    hint: `Wait ${Math.ceil(retryAfterMs / 1_000)} seconds.`,
    retryAfterMs,
  });
}
