import { setTimeout as sleep } from 'node:timers/promises';
import { crashServer, type Hit, terminateBackend } from '#tests/kill/strike.ts';
import { awaitMoment } from './await-moment.ts';
import type { CutoverWatch } from './cutover-watch.ts';
import type { TransferBlow, TransferRound } from './plan-transfer-rounds.ts';

/** What the blows of a round are aimed at. */
export interface TransferAim {
  /** Superuser URLs of the servers on both sides. */
  sourceServers: readonly string[];
  targetServers: () => readonly string[];
  /** Until nothing but the run is at work on the target's servers. */
  untilCrashable: () => Promise<void>;
  /** Cuts something of the network; answers what, or `undefined` where nothing was open. */
  cut: (blow: TransferBlow) => string | undefined;
  cutover: CutoverWatch;
  repository: string;
  durationMs: number;
  signal: AbortSignal;
}

/** Lets the blows of a round fall that are not SIGKILLs of the process, one after the other. Answers the hits. */
export async function strikeTransfer(round: TransferRound, aim: TransferAim): Promise<Hit[]> {
  const { cutover, repository, signal } = aim;
  const startedAt = Date.now();
  const hits: Hit[] = [];
  for (const blow of round.blows) {
    const leftMs = Math.max(0, aim.durationMs - (blow.moment.aim === 'time' ? Date.now() - startedAt : 0));
    // Aborted: the transfer was faster than the blow.
    await awaitMoment(blow.moment, { leftMs, cutover, repository, signal }).catch(() => undefined);
    while (!signal.aborted) {
      const inside = cutover.isUnderWay ? ' in the cut-over' : '';
      // A server that is coming back from the last blow takes no connections: it is not alive either.
      const what = await strike(round.kind, blow, aim).catch(() => undefined);
      if (what !== undefined) {
        hits.push({ at: Date.now(), what: `${what}${inside}` });
        break;
      }
      await sleep(10);
    }
  }
  return hits;
}

async function strike(
  kind: TransferRound['kind'],
  blow: TransferBlow,
  { sourceServers, targetServers, cut, untilCrashable }: TransferAim,
): Promise<string | undefined> {
  if (kind === 'crash') await untilCrashable();
  const isAtTarget = blow.moment.aim === 'cutover' || blow.side < 0.7;
  const servers = isAtTarget ? targetServers() : sourceServers;
  const url = servers[Math.floor(blow.side * 7 * servers.length) % servers.length] ?? '';
  const { aim } = blow;
  if (kind === 'backend') return terminateBackend(url, { aim });
  if (kind === 'crash') return crashServer(url, { aim });
  return cut(blow);
}
