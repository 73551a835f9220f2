import { setTimeout as sleep } from 'node:timers/promises';
import type { NeonControlPlane } from '#tests/support/neon-control-plane/neon-control-plane.ts';
import type { CutoverWatch } from './cutover-watch.ts';

const pauseMs = 2;
/** A request has begun its operations by then. */
const begunMs = 30;

/** Watches a branch of the control plane: a cut-over is under way from the request for its restore to the end of that. */
export function watchBranch(plane: NeonControlPlane, branch: string): CutoverWatch {
  let isUnderWay = false;
  let watching = true;
  const count = (): number => plane.requests.filter((request) => /^POST .*\/restore$/.test(request)).length;
  const looping = (async () => {
    let seen = count();
    while (watching) {
      if (count() > seen) {
        seen = count();
        isUnderWay = true;
        await sleep(begunMs);
        await plane.settled();
        isUnderWay = false;
      }
      await sleep(pauseMs);
    }
  })();
  return {
    spanMs: 1_500,
    get isUnderWay() {
      return isUnderWay;
    },
    get served() {
      // Every state of a branch is a server of its own.
      return new URL(plane.superuserUrlOf('postgres', branch)).port;
    },
    async untilBegun(signal) {
      while (!isUnderWay) await sleep(1, undefined, { signal });
    },
    async [Symbol.asyncDispose]() {
      watching = false;
      await looping;
    },
  };
}
