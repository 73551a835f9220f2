import { runCli } from './run-cli.ts';

// `holdfast list | head` closes the pipe early: what it does not want to read is no failure.
process.stdout.on('error', (error) => {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
  // An export that is not read to its end is one: it listens too, and tells.
  if (process.stdout.listenerCount('error') > 1) return;
  process.exit(0);
});
const exitCode = await runCli(process.argv.slice(2));
// Sessions and steps of a run that was stopped may still be open; what counts is written.
process.stdout.write('', () => process.exit(exitCode));
