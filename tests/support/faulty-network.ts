import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What can be done to the connections of a proxy. */
export interface NetworkFaults {
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Connections open now. */
  readonly open: number;
  /** Connections that were reset by `cutAll` and `cutAfter` since the start. */
  readonly cuts: number;
  /** Bytes that the server has sent to clients since the start. */
  readonly bytesToClients: number;
  /** Bytes that clients have sent to the server since the start. */
  readonly bytesToServers: number;
  /** Resets every open connection on both sides, as a router that dies does; new ones are accepted. */
  cutAll(): void;
  /** Resets the connection over which the `count`th byte from now, counted over all connections, would pass. */
  cutAfter(count: number, direction: 'to-client' | 'to-server'): void;
  /** Holds every piece of data back for this long, in both directions; 0 ends it. */
  delay(milliseconds: number): void;
  /** While true nothing passes and nobody is told: packets are lost, connections stay open. */
  blackhole(on: boolean): void;
  /** While true new connections are reset at once. */
  refuse(on: boolean): void;
}

type Direction = 'to-client' | 'to-server';

/** Both ends of one proxied connection; `reset` drops them without a farewell. */
export interface Link {
  client: Duplex;
  server: Duplex;
  reset(): void;
}

/** Passes bytes between the two ends of links, with faults at will. */
export class FaultyNetwork implements NetworkFaults {
  accepted = 0;
  cuts = 0;
  bytesToClients = 0;
  bytesToServers = 0;
  readonly #links = new Set<Link>();
  #delay = 0;
  #blackhole = false;
  #refuse = false;
  readonly #remaining: Record<Direction, number> = {
    'to-client': Number.POSITIVE_INFINITY,
    'to-server': Number.POSITIVE_INFINITY,
  };

  get open(): number {
    return this.#links.size;
  }

  readonly cutAll = (): void => {
    for (const link of this.#links) this.#cut(link);
  };

  readonly cutAfter = (count: number, direction: Direction): void => {
    this.#remaining[direction] = count;
  };

  readonly delay = (milliseconds: number): void => {
    this.#delay = milliseconds;
  };

  readonly blackhole = (on: boolean): void => {
    this.#blackhole = on;
  };

  readonly refuse = (on: boolean): void => {
    this.#refuse = on;
  };

  /** Counts a new connection; false: it is to be reset. */
  admit(): boolean {
    this.accepted++;
    return !this.#refuse;
  }

  /** Passes everything from either end to the other until one is gone. */
  join(link: Link): void {
    this.#links.add(link);
    const { client, server } = link;
    for (const end of [client, server]) {
      // A reset of one side arrives as an error here and is passed on by the close of the other.
      end.on('error', () => undefined);
      end.on('close', () => {
        this.#links.delete(link);
        client.destroy();
        server.destroy();
      });
    }
    void this.#relay(link, { from: client, to: server, direction: 'to-server' });
    void this.#relay(link, { from: server, to: client, direction: 'to-client' });
  }

  #cut(link: Link): void {
    this.cuts++;
    link.reset();
  }

  async #relay(link: Link, options: { from: Duplex; to: Duplex; direction: Direction }): Promise<void> {
    const { from, to, direction } = options;
    try {
      for await (const data of from) {
        if (!Buffer.isBuffer(data)) continue;
        if (this.#delay > 0) await sleep(this.#delay);
        while (this.#blackhole && !to.destroyed) await sleep(5);
        if (to.destroyed) return;
        if (data.length > this.#remaining[direction]) {
          const before = this.#remaining[direction];
          this.#remaining[direction] = Number.POSITIVE_INFINITY;
          if (before > 0) {
            to.write(data.subarray(0, before));
            await sleep(5);
          }
          this.#cut(link);
          return;
        }
        this.#remaining[direction] -= data.length;
        if (direction === 'to-client') this.bytesToClients += data.length;
        else this.bytesToServers += data.length;
        if (!to.write(data)) await waitForDrain(to);
      }
      to.end();
    } catch {
      // Either side is gone: the close handler takes the other one with it.
      to.destroy();
    }
  }
}

/** Resolves when the stream takes data again, or takes none any more. */
async function waitForDrain(stream: Duplex): Promise<void> {
  const waited = new AbortController();
  const options = { signal: waited.signal };
  try {
    await Promise.race([once(stream, 'drain', options), once(stream, 'close', options)]);
  } finally {
    // Takes the listeners of the other one away.
    waited.abort();
  }
}
