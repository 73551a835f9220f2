import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type RunPulse, readPulse } from '#lib/run-view/read-pulse.ts';

type Listener = (pulse: RunPulse) => void;

interface Watch {
  listeners: Set<Listener>;
  latest: RunPulse | undefined;
}

const lookMs = 1_000;
/** More than that ask now and then in place of being told. */
const mostListeners = 200;

/** By repository and run. Kept by the process: however many watch a run, it is looked at once a second. */
const watches = new Map<string, Watch>();

/**
 * Tells `listener` of a run at once and whenever something of it moves, until the run has ended or the answer is called.
 * @throws UnavailableError (`too_many_streams`).
 */
export function watchPulse(
  repository: Repository,
  { runId, listener }: { runId: string; listener: Listener },
): () => void {
  const count = [...watches.values()].reduce((sum, { listeners }) => sum + listeners.size, 0);
  if (count >= mostListeners) {
    throw new UnavailableError(`More than ${mostListeners} streams are open.`, {
      code: 'too_many_streams',
      hint: 'Ask now and then in place of it: the same address answers JSON to `Accept: application/json`.',
    });
  }
  const key = `${repository.location} ${runId}`;
  const watch = watches.get(key) ?? { listeners: new Set(), latest: undefined };
  watch.listeners.add(listener);
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
        for (const listener of watch.listeners) listener(pulse);
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
