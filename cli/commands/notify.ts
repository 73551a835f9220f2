import type { Command } from 'commander';
import { type Cell, renderTable } from '#cli/output/render-table.ts';
import { escapeControls, type Terminal } from '#cli/output/terminal.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { chooseChannels, type TriedChannel, testChannels } from '#lib/notify/test-channels.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast notify test [name]`. */
export function addNotify(program: Command, start: StartVerb): void {
  const notify = program
    .command('notify')
    .summary('try who is told of failures')
    .description('Try who is told of failures: the channels of `notify` in the config.');
  notify
    .command('test')
    .summary('send a test message by every channel')
    .description(
      'Send a test message by every channel of the config, or by one, and say what each receiver answered. Dead-man\n' +
        'switches are not pinged. Exit code 1 where a message was not delivered.',
    )
    .argument('[name]', 'only this channel')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast notify test', 'all channels'],
        ['holdfast notify test slack', 'one of them'],
      ]),
    )
    .action((name: string | undefined, _options: unknown, command: Command) =>
      start(command, (terminal) => test(terminal, name)),
    );
}

async function test(terminal: Terminal, name: string | undefined): Promise<number> {
  const { alarms, care } = await loadConfig();
  const channels = chooseChannels(alarms.channels, name);
  for (const channel of channels) {
    // A misspelt name is a channel that hears of nothing.
    const unknown = channel.connections?.filter((connection) => !care.has(connection)) ?? [];
    for (const one of unknown) terminal.note(`note: ${channel.name} is for "${one}", a connection not known here.`);
  }
  const { id, channels: told } = await testChannels(channels, alarms.publicUrl);
  const exitCode = told.every(({ delivered }) => delivered) ? exitCodes.done : exitCodes.unexpected;
  terminal.result({ exitCode, id, channels: told }, () => render(terminal, told));
  return exitCode;
}

function render(terminal: Terminal, told: readonly TriedChannel[]): string {
  const rows = told.map(({ channel, kind, delivered, detail }): Cell[] => [
    delivered ? { text: 'delivered', format: 'green' } : { text: 'not delivered', format: 'red' },
    channel === kind ? channel : `${channel} (${kind})`,
    detail,
  ]);
  const hints = told
    .filter(({ delivered }) => !delivered)
    .map(({ channel, hint }) => `${terminal.paint('yellow', 'hint:')} ${escapeControls(`${channel}: ${hint}`)}`);
  return [renderTable(terminal, [{ name: '' }, { name: '' }, { name: '' }], rows), ...hints].join('\n');
}
