import type { Command } from 'commander';
import { describeFailure } from '#cli/output/describe-failure.ts';
import { printFinished } from '#cli/output/print-finished.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { resumeRun } from '#cli/workflow/resume-run.ts';
import { findUnfinished, type UnfinishedRun } from '#cli/workflow/unfinished-run.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { pickNamed } from './find-named.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast resume [run]`. */
export function addResume(program: Command, start: StartVerb): void {
  program
    .command('resume')
    .summary('go on with runs whose process was stopped or killed')
    .description(
      'Go on with runs whose process was stopped or killed, to their end. Finished steps are not done again.\n' +
        'The exit code is that of the worst.',
    )
    .argument('[run]', 'a run: its id or the beginning of one; all where none is given')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast resume', 'everything that was left'],
        ['holdfast resume 20261121T014500Z-x7k2qd', 'one run'],
      ]),
    )
    .action((run: string | undefined, _options: unknown, command: Command) =>
      start(command, (terminal) => resume(terminal, run)),
    );
}

async function resume(terminal: Terminal, named: string | undefined): Promise<number> {
  const { stateFolder } = await loadConfig();
  const unfinished = await findUnfinished(stateFolder);
  const chosen =
    named === undefined
      ? unfinished
      : [
          pickNamed(
            unfinished.map((run) => ({ id: run.runId, named: run })),
            { name: named, location: stateFolder },
          ),
        ];
  if (chosen.length === 0) {
    terminal.result({ runs: [], exitCode: exitCodes.done }, () => 'There is nothing to resume.');
    return exitCodes.done;
  }
  const documents: unknown[] = [];
  let worst: number = exitCodes.done;
  // Each result is one part of the document.
  const each: Terminal = {
    ...terminal,
    result: (document, text) => (terminal.json ? void documents.push(document) : terminal.result(document, text)),
    fail(error, document) {
      if (terminal.json) documents.push(document ?? { status: 'failed', exitCode: error.exitCode, error });
      return terminal.json ? error.exitCode : terminal.fail(error);
    },
  };
  for (const run of chosen) worst = Math.max(worst, await resumeOne(each, run));
  if (terminal.json) terminal.result({ runs: documents, exitCode: worst }, () => '');
  return worst;
}

/** One run that cannot go on must not keep the others from it; a signal ends them all. */
async function resumeOne(terminal: Terminal, run: UnfinishedRun): Promise<number> {
  try {
    return await resumeRun(terminal, run, ({ repository }, finished) => printFinished(terminal, repository, finished));
  } catch (cause) {
    if (cause instanceof CancelledError) throw cause;
    return terminal.fail(await describeFailure(cause));
  }
}
