import { createHash } from 'node:crypto';

/**
 * How many milliseconds a tick is put off by, from 0 to `jitterMs`: the same for the same tick whoever asks, another for
 * every connection, kind and tick. `tick` is in epoch milliseconds. Pure.
 */
export function delayTick(tick: { connection: string; kind: string; tick: number; jitterMs: number }): number {
  const name = `${tick.kind} ${tick.connection} ${new Date(tick.tick).toISOString()}`;
  const part = createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32;
  return Math.floor(part * tick.jitterMs);
}
