import { runCli } from './run-cli.ts';

// `holdfast list | head` closes the pipe early: what it does not want to read is no failure.
process.stdout.on('error', (error) => {
  // An export listens too: what it cannot write, also for want of a reader, it tells itself.
  if (process.stdout.listenerCount('error') > 1) return;
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const exitCode = await runCli(process.argv.slice(2));
// Sessions and steps of a run that was stopped may still be open; what counts is written.
process.stdout.write('', () => process.exit(exitCode));
