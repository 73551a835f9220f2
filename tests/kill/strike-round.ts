import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '#tests/support/tcp-proxy.ts';
import type { Blow, Round } from './plan-rounds.ts';
import { crashServer, type Hit, strikeInTime, terminateBackend } from './strike.ts';

/** How long a cut waits for its byte to pass. */
const mostWaitMs = 1_000;

/** What the blows on one verb are aimed at. */
interface Aim {
  blows: Blow[];
  /** The database itself, past any proxy. */
  url: string;
  proxy: TcpProxy | undefined;
  /** How long the verb takes when nothing happens. */
  durationMs: number;
  /** COPY text of the database. */
  bytes: number;
  signal: AbortSignal;
}

/** Lets the round's blows on one verb fall, but for SIGKILLs of the CLI: those are its own runner's. */
export async function strikeRound(round: Pick<Round, 'kind'>, aim: Aim): Promise<Hit[]> {
  const { blows, url, proxy, durationMs, signal } = aim;
  const inTime = (hit: (blow: Blow) => Promise<string | undefined>): Promise<Hit[]> =>
    strikeInTime(blows, { durationMs, signal, strike: hit });
  if (round.kind === 'source-backend' || round.kind === 'target-backend') {
    return inTime((blow) => terminateBackend(url, blow));
  }
  if (round.kind === 'server-crash') return inTime((blow) => crashServer(url, blow));
  if (proxy === undefined) return [];
  return inTime((blow) => cutConnection(proxy, blow, aim.bytes));
}

/** Some cuts reset everything that is open, most the connection over which a certain byte passes. */
async function cutConnection(proxy: TcpProxy, { aim, size }: Blow, bytes: number): Promise<string | undefined> {
  const { open, cuts } = proxy;
  if (open === 0) return undefined;
  if (aim < 0.25) {
    proxy.cutAll();
    return `reset ${open} connections`;
  }
  const direction = aim < 0.6 ? 'to-client' : 'to-server';
  // Some way into the rows that are passing, seldom at the border of a message.
  const after = Math.floor((size * bytes) / 8);
  proxy.cutAfter(after, direction);
  if (await isCut(proxy, cuts)) return `cut ${direction} after ${after} bytes`;
  // So many bytes do not pass any more: whatever passes next is cut.
  proxy.cutAfter(0, direction);
  if (await isCut(proxy, cuts)) return `cut ${direction} at the next byte`;
  return undefined;
}

async function isCut(proxy: TcpProxy, before: number): Promise<boolean> {
  for (let waited = 0; proxy.cuts === before && waited < mostWaitMs; waited += 10) await sleep(10);
  return proxy.cuts > before;
}
