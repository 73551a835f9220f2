import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { renderStatus } from '#cli/output/render-status.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { connectionName } from '#lib/config/config-schema.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { readPromises } from '#lib/promise/read-promises.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = z.object({ connection: z.string().optional() });

/** `holdfast status`. */
export function addStatus(program: Command, start: StartVerb): void {
  program
    .command('status')
    .summary('how every connection stands against what is promised of it')
    .description(
      'Say for each connection: last backup, last verified, last proven, their age against the promise (`rpo`), the last\n' +
        'measured recovery against `rto`, what runs now, what failed last, what comes next. Green means proven, not ran.\n' +
        'Exit code 0 whatever it says; `holdfast gate` is for pipelines.',
    )
    .option('--connection <name>', 'only this one', parseName)
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast status', 'all connections'],
        [
          'holdfast status --json | jq -r ".connections[] | select(.state == \\"broken\\") | .connection"',
          'for a script',
        ],
      ]),
    )
    .action((_options: unknown, command: Command) =>
      start(command, (terminal) => status(terminal, optionsSchema.parse(command.opts()))),
    );
}

async function status(terminal: Terminal, { connection }: z.infer<typeof optionsSchema>): Promise<number> {
  const workspace = await openWorkspace();
  const all = await readPromises(workspace, new Date());
  const connections = connection === undefined ? all : all.filter((one) => one.connection === connection);
  if (connection !== undefined && connections.length === 0) {
    throw new UsageError(`There is no connection "${connection}", and no backup of one.`, {
      code: 'unknown_connection',
      hint: `Known: ${all.map((one) => one.connection).join(', ') || 'none'}.`,
    });
  }
  const { location } = workspace.repository;
  terminal.result({ repository: location, connections }, () => renderStatus(terminal, { location, connections }));
  return 0;
}

function parseName(text: string): string {
  const [issue] = connectionName.safeParse(text).error?.issues ?? [];
  if (issue) throw new InvalidArgumentError(issue.message);
  return text;
}
