import type { Command } from 'commander';
import type { Terminal } from '#cli/output/terminal.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { describeCount } from '#lib/report/describe-amounts.ts';
import { renewIndex } from '#lib/summaries/renew-index.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast index rebuild`. */
export function addIndex(program: Command, start: StartVerb): void {
  const index = program
    .command('index')
    .summary('make the index of lists anew')
    .description(
      'The index that makes lists quick. It is made and kept by itself: nothing is lost with it, and nothing believes it.',
    );
  index
    .command('rebuild')
    .summary('make the index anew from the repository')
    .description('Read all runs and backups, and make the index anew from them.')
    .addHelpText('after', describeExamples([['holdfast index rebuild', 'after a restored copy of a bucket']]))
    .action((_options: unknown, command: Command) => start(command, rebuild));
}

async function rebuild(terminal: Terminal): Promise<number> {
  const { repository } = await openWorkspace();
  const renewed = await renewIndex(repository, { anew: true });
  const { runs, backups, segments, unwritten } = renewed;
  terminal.result({ repository: repository.location, ...renewed }, () =>
    [
      `${describeCount(runs)} runs and ${describeCount(backups)} backups are in ${describeCount(segments)} objects of the index.`,
      ...unwritten.map((key) => `  ${key} could not be written, or a newer Holdfast wrote it`),
    ].join('\n'),
  );
  return unwritten.length === 0 ? exitCodes.done : exitCodes.unexpected;
}
