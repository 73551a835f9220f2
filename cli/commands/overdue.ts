import type { Command } from 'commander';
import { type Cell, renderTable } from '#cli/output/render-table.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { checkOverdue, type OverdueCheck } from '#lib/notify/check-overdue.ts';
import type { Notified } from '#lib/notify/notified-store.ts';
import { listStrandedLetters } from '#lib/notify/outbox.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast overdue`. */
export function addOverdue(program: Command, start: StartVerb): void {
  program
    .command('overdue')
    .summary('look whether backups are overdue, and tell people')
    .description(
      'Look whether the newest good backup of each connection is as young as its `rpo`, or its schedule, asks for, and\n' +
        'tell people by the channels of `notify`: once, and that it is over. Messages that could not be delivered before\n' +
        'are sent too. So is a promise (`rpo`, `rto`) that the proofs do not keep. A server does this every quarter of an\n' +
        'hour. Exit code 3 where a backup is overdue.',
    )
    .addHelpText('after', describeExamples([['holdfast overdue --quiet', 'for cron, where no server runs']]))
    .action((_options: unknown, command: Command) => start(command, look));
}

async function look(terminal: Terminal): Promise<number> {
  // A repository that nobody has made yet holds no backup, and that is told.
  const workspace = await openWorkspace({ create: true });
  const { repository, config } = workspace;
  const now = new Date();
  const stranded = await listStrandedLetters(repository, now);
  const { connections, promises, letters } = await checkOverdue(workspace, now);
  // Loaded here: no other verb should wait for the clients of mail and webhooks.
  const { sendLetter } = await import('#lib/notify/send-letter.ts');
  const options = { channels: config.alarms.channels, repository, isLastAttempt: true };
  const told = await Promise.all([...letters, ...stranded].map((letter) => sendLetter(letter, options)));
  const overdue = connections.some((connection) => connection.overdue);
  const undelivered = told.some(({ state }) => state !== 'delivered');
  const exitCode = overdue ? exitCodes.refused : undelivered ? exitCodes.unexpected : exitCodes.done;
  terminal.result({ exitCode, connections, promises, told }, () => render(terminal, { connections, promises, told }));
  return exitCode;
}

function render(
  terminal: Terminal,
  { connections, promises, told }: Pick<OverdueCheck, 'connections' | 'promises'> & { told: Notified[] },
): string {
  if (connections.length + promises.length === 0)
    return 'Nothing is promised: no connection has an `rpo` or a schedule of backups.';
  const rows = connections.map(({ connection, overdue, says }): Cell[] => [
    overdue ? { text: 'overdue', format: 'red' } : { text: 'in time', format: 'green' },
    connection,
    says,
  ]);
  for (const { connection, broken, says } of promises) {
    if (broken === true) rows.push([{ text: 'not proven', format: 'red' }, connection, says]);
  }
  const lines = told.map(({ channel, event, state, detail }) => `${channel}: ${event} ${state} (${detail})`);
  return [renderTable(terminal, [{ name: '' }, { name: '' }, { name: '' }], rows), ...lines].join('\n');
}
