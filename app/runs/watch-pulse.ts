import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type RunPulse, readPulse } from '#lib/run-view/read-pulse.ts';

type Listener = (pulse: RunPulse) => void;

interface Watch {
  /** With who listens. */
  listeners: Map<Listener, string>;
  latest: RunPulse | undefined;
}

const lookMs = 1_000;
/** More than that ask now and then in place of being told. */
const mostListeners = 200;
/** So few that nobody takes those of all others. */
export const mostOfOne = 20;

/** By repository and run. Kept by the process: however many watch a run, it is looked at once a second. */
const watches = new Map<string, Watch>();

/**
 * Tells `listener` of a run at once and whenever something of it moves, until the run has ended or the answer is called.
 * `who` tells identities apart. @throws UnavailableError (`too_many_streams`).
 */
export function watchPulse(
  repository: Repository,
  { runId, listener, who }: { runId: string; listener: Listener; who: string },
): () => void {
  const open = [...watches.values()].flatMap(({ listeners }) => [...listeners.values()]);
  const own = open.filter((other) => other === who).length;
  if (own >= mostOfOne || open.length >= mostListeners) {
    const most = own >= mostOfOne ? `${mostOfOne} streams of yours` : `${mostListeners} streams`;
    throw new UnavailableError(`${most} are open already.`, {
      code: 'too_many_streams',
      hint: 'Ask now and then in place of it: the same address answers JSON to `Accept: application/json`.',
    });
  }
  const key = `${repository.location} ${runId}`;
  const watch = watches.get(key) ?? { listeners: new Map(), latest: undefined };
  watch.listeners.set(listener, who);
  if (watch.latest) listener(watch.latest);
  if (!watches.has(key)) {
    watches.set(key, watch);
    void keepLooking(repository, { key, runId, watch });
  }
  return () => void watch.listeners.delete(listener);
}

async function keepLooking(
  repository: Repository,
  { key, runId, watch }: { key: string; runId: string; watch: Watch },
): Promise<void> {
  while (watch.listeners.size > 0) {
    try {
      const pulse = await readPulse(repository, runId);
      if (hasMoved(pulse, watch.latest)) {
        watch.latest = pulse;
        for (const listener of watch.listeners.keys()) listener(pulse);
      }
      if (pulse.ended) break;
    } catch {
      // A store that does not answer now is asked again; who watches sees that nothing moves.
    }
    await sleep(lookMs);
  }
  watches.delete(key);
}

/** The time of a sample moves by itself. */
function hasMoved(pulse: RunPulse, latest: RunPulse | undefined): boolean {
  const still = ({ progress, ...rest }: RunPulse): string => JSON.stringify([rest, { ...progress, at: 0 }]);
  return latest === undefined || still(pulse) !== still(latest);
}
