import { join } from 'node:path';
import { inngest } from '#inngest/client.ts';
import { loadFunctions } from '#inngest/load-functions.ts';
import type { Config } from '#lib/config/config.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { findServerEngine } from '#lib/config/find-server-engine.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { nextCronTick } from '#lib/config/next-cron-tick.ts';
import { exitCodes, HoldfastError } from '#lib/errors/holdfast-error.ts';
import { sweepScratchConnections } from '#lib/scratch/scratch-connection.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeChange } from './describe-change.ts';
import { startLocalRunner } from './local-runner.ts';
import { serverJournal } from './server-journal.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import { followDecisions, takeWhatWasDecided } from './take-decisions.ts';

/**
 * Makes a server process a complete service: where no Inngest is configured it runs the functions itself, with its
 * journal in `<stateFolder>/server.jsonl`, and goes on with what an earlier process has left there. On SIGTERM it
 * finishes the steps under way before the server closes. A journal that cannot be had ends the process.
 */
export async function embedRunner(): Promise<void> {
  if (findServerEngine(readEnvironment()) !== 'local') return;
  try {
    const { stateFolder, care } = await loadConfig();
    const journalPath = join(stateFolder, serverJournal);
    const openRepository = async () => (await openWorkspace()).repository;
    const runner = await startLocalRunner({
      client: inngest,
      functions: await loadFunctions(),
      journalPath,
      onChange: tell,
      beforeWork: (opened) => takeWhatWasDecided(opened, openRepository),
    });
    stopOnSignal(runner, say);
    void sweepScratch();
    // For as long as the process lives: a closed runner takes nothing.
    void followDecisions(runner, { openRepository, signal: new AbortController().signal });
    const left = runner.pendingRuns().length;
    say(`no Inngest is configured: runs go through ${journalPath}${left > 0 ? `; ${left} of them are resumed` : ''}`);
    for (const line of describeSchedules(care)) say(line);
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    say(`${cause.message} (${cause.code}). ${cause.hint}`);
    process.exit(cause.exitCode === exitCodes.done ? exitCodes.unexpected : cause.exitCode);
  }
}

/** Servers of drills that nobody has ended go with their time; one that cannot be ended keeps no server from starting. */
async function sweepScratch(): Promise<void> {
  try {
    for (const name of await sweepScratchConnections()) say(`a server of a drill that was left here is gone: ${name}`);
  } catch (cause) {
    say(
      `a server of a drill that was left here cannot be taken away: ${cause instanceof Error ? cause.message : cause}`,
    );
  }
}

/** `schedule: backup of production, next 2026-11-22T02:15:00.000Z` */
function describeSchedules(care: Config['care']): string[] {
  return [...care].flatMap(([connection, { schedules }]) =>
    schedules.map(({ kind, cron }) => {
      const next = nextCronTick(cron, Date.now());
      const at = next === undefined ? 'never' : `next ${new Date(next).toISOString()}`;
      return `schedule: ${kind} of ${connection}, ${at}`;
    }),
  );
}

function tell(change: Parameters<typeof describeChange>[0]): void {
  const line = describeChange(change);
  if (line !== undefined) say(line);
}

function say(line: string): void {
  console.error(`holdfast: ${line}`);
}
