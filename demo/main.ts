import { parseArgs } from 'node:util';
import { describeFailure } from '#cli/output/describe-failure.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';
import { openStage, type Stage } from './open-stage.ts';
import { play } from './play.ts';
import { openSpeaker, type Speaker } from './speaker.ts';

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const speaker = openSpeaker();
process.exit(await perform(speaker, values));

/** The whole demo; answers the exit code. However it ends, the servers and their files are gone. */
async function perform({ say, step, hush, terminal }: Speaker, { keep }: { keep: boolean }): Promise<number> {
  const begun = performance.now();
  say(terminal.paint('bold', 'Holdfast: back up a database, restore it, prove the copy.'));
  const servers = openStage();
  const stopped = waitForSignal().then((signal) => {
    // The run under way tells of the signal too.
    hush();
    process.stderr.write(`\n${signal}: stopping both servers.\n`);
    return signal === 'SIGINT' ? 130 : 143;
  });
  const played = (async (): Promise<number> => {
    const stage = await step(
      'Start two PostgreSQL servers from npm packages',
      () => servers.started,
      () => '16 is the source, 18 the target',
    );
    await play(speaker, stage);
    say(`\nDone in ${describeDuration(Math.round(performance.now() - begun))}.`);
    say(keep ? tryWithServers(stage) : tryWithoutServers(stage));
    if (!keep) return 0;
    // The servers alone do not hold this process, by design.
    setInterval(() => undefined, 3_600_000);
    return stopped;
  })();
  played.catch(() => undefined);
  try {
    return await Promise.race([played, stopped]);
  } catch (cause) {
    return terminal.fail(await describeFailure(cause));
  } finally {
    await servers.stop();
  }
}

function waitForSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  return promise;
}

function tryWithServers({ shellFile }: Stage): string {
  return `
Both servers run until you press Ctrl-C here. In another terminal, in this folder:

  . ${shellFile}
  npx holdfast doctor                       looks at everything a backup and a restore need
  npx holdfast show latest                  the newest backup, table by table
  npx holdfast verify latest                reads every object of it
  npx holdfast restore latest --to staging  a second copy, in a database that is empty yet
  npx holdfast runs                         what was done
  psql "$DATABASE_URL"                      change something, then: npx holdfast backup
  npm start                                 the console: it prints a link that signs you in
`;
}

function tryWithoutServers({ repository }: Stage): string {
  return `
The servers are stopped; the repository stays. Next:

  HOLDFAST_REPOSITORY=${repository} npx holdfast list
  HOLDFAST_REPOSITORY=${repository} npx holdfast verify latest
  npm run demo -- --keep    the same again, and the servers stay up for you to try things

Your own database (README, "Five minutes on your own database"):

  export DATABASE_URL=postgres://... NEON_DATABASE_URL=postgres://...
  npx holdfast doctor
`;
}
