import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { notePassedOver } from '#cli/output/note-passed-over.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = z.object({ from: z.string().optional(), sample: z.number().optional() });

/** `holdfast verify <backup|latest>`. */
export function addVerify(program: Command, start: StartVerb): void {
  program
    .command('verify')
    .summary('read every object of a backup')
    .description(
      'Read every object of a backup: names, sizes, decoding, row counts and digests. Names all that are damaged.',
    )
    .argument('<backup>', 'a backup id, the beginning of one, or `latest`')
    .option('--from <name>', 'take the backup of this connection')
    .option(
      '--sample <part>',
      'read only a part, such as 10%, drawn by size; of each table at least one chunk',
      percent,
    )
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast verify latest', 'the newest backup'],
        ['holdfast verify latest --sample 10%', 'a tenth of the bytes, another tenth each time'],
        ['holdfast verify latest --from production --quiet', 'for a schedule: exit code 5 says damage'],
      ]),
    )
    .action((backup: string, _options: unknown, command: Command) =>
      start(command, (terminal) => verify(terminal, backup, optionsSchema.parse(command.opts()))),
    );
}

async function verify(
  terminal: Terminal,
  named: string,
  { from, sample }: z.infer<typeof optionsSchema>,
): Promise<number> {
  const workspace = await openWorkspace();
  const { id: backup, connection } = await findManifest(workspace.repository, {
    backup: named,
    connection: from,
    onPassedOver: (passedOver) => notePassedOver(terminal, passedOver),
  });
  // Loaded here: verbs that only read, and usage errors, should not wait for Inngest's SDK.
  const { verifyRequested } = await import('#inngest/events.ts');
  const finished = await runWorkflow(terminal, workspace, {
    event: {
      name: verifyRequested.name,
      data: { backup, from: connection, ...(sample === undefined ? {} : { sample }) },
    },
    connections: [],
    title: `verification of ${backup}`,
  });
  return printFinished(terminal, workspace.repository, finished);
}

/** `10%` or `10`. */
function percent(text: string): number {
  const number = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1]);
  if (number > 0 && number <= 100) return number;
  throw new InvalidArgumentError('It is no part between 0 and 100 %.');
}
