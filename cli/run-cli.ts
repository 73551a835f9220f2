import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { holdfastVersion } from '#lib/config/version.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { addApprove } from './commands/approve.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addCancel } from './commands/cancel.ts';
import { addDiscard } from './commands/discard.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDrill } from './commands/drill.ts';
import { addExport } from './commands/export.ts';
import { addGate } from './commands/gate.ts';
import { addHook } from './commands/hook.ts';
import { addIndex } from './commands/index.ts';
import { addKey } from './commands/key.ts';
import { addList } from './commands/list.ts';
import { addNotify } from './commands/notify.ts';
import { addOverdue } from './commands/overdue.ts';
import { addPin } from './commands/pin.ts';
import { addPrune } from './commands/prune.ts';
import { addRestore } from './commands/restore.ts';
import { addResume } from './commands/resume.ts';
import { addRollback } from './commands/rollback.ts';
import { addRuns } from './commands/runs.ts';
import { addShow } from './commands/show.ts';
import { addStatus } from './commands/status.ts';
import { addSweep } from './commands/sweep.ts';
import { addToken } from './commands/token.ts';
import { addTransfer } from './commands/transfer.ts';
import { addUnpin } from './commands/unpin.ts';
import type { StartVerb } from './commands/verb.ts';
import { addVerify } from './commands/verify.ts';
import { describeFailure } from './output/describe-failure.ts';
import { openTerminal, type Terminal } from './output/terminal.ts';
import { noteUnfinished } from './workflow/note-unfinished.ts';

const globalOptions = z.object({
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
  color: z.boolean().default(true),
  config: z.string().optional(),
  repository: z.string().optional(),
});

/** Verbs that take up what an earlier process has left: it needs not be told of. */
const takesUp = ['resume', 'approve', 'cancel'];

/** Runs one command line (without `node` and the script) and answers the exit code. Prints everything there is to say. */
export async function runCli(args: readonly string[]): Promise<number> {
  // Until the options are parsed, this is what is known of how to speak.
  let terminal: Terminal = openTerminal({
    json: args.includes('--json'),
    quiet: args.includes('--quiet'),
    color: !args.includes('--no-color'),
  });
  let exitCode: number = exitCodes.done;
  const start: StartVerb = async (command, body) => {
    const options = globalOptions.parse(command.optsWithGlobals());
    terminal = openTerminal(options);
    overrideEnvironment({
      ...(options.config === undefined ? {} : { HOLDFAST_CONFIG: resolve(options.config) }),
      ...(options.repository === undefined ? {} : { HOLDFAST_REPOSITORY: options.repository }),
    });
    if (!takesUp.includes(command.name())) await noteUnfinished(terminal);
    exitCode = await body(terminal);
  };
  try {
    await buildProgram(start).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode === 0) return exitCodes.done;
    return terminal.fail(await describeFailure(cause instanceof CommanderError ? toUsageError(cause, args) : cause));
  } finally {
    terminal.live(undefined);
  }
}

const verbs = [
  ...[
    addBackup,
    addRestore,
    addTransfer,
    addApprove,
    addCancel,
    addRollback,
    addDiscard,
    addSweep,
    addPrune,
    addPin,
    addUnpin,
  ],
  ...[addDrill, addStatus, addGate],
  ...[addList, addShow, addVerify, addRuns, addResume, addOverdue, addNotify, addDoctor, addKey, addIndex],
  ...[addExport, addToken, addHook, addAudit],
];

function buildProgram(start: StartVerb): Command {
  const program = new Command('holdfast')
    .description('Back up a PostgreSQL database, restore it, and prove that the copy equals the source.')
    .version(holdfastVersion, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .option('--json', 'print the result as one JSON document on stdout')
    .option('--quiet', 'print no progress and no notes')
    .option('--no-color', 'print without colours')
    .option('--config <file>', 'read this file in place of holdfast.config.ts')
    .option('--repository <location>', 'use this repository: s3://bucket/prefix or file:PATH')
    .configureHelp({ showGlobalOptions: true })
    // Errors are printed in one place, in one form.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', exitCodesHelp);
  for (const add of verbs) add(program, start);
  return program;
}

const exitCodesHelp = `
Exit codes:
  0 done  1 unexpected  2 usage  3 refused by preflight or guard  4 proof failed, nothing changed
  5 stored data damaged  6 cancelled or stopped  7 rollback failed, a person is needed

Begin with:
  $ holdfast doctor
  $ holdfast backup
  $ holdfast restore latest --to neon`;

function toUsageError(cause: CommanderError, args: readonly string[]): UsageError {
  const verb = args.find((arg) => !arg.startsWith('-')) ?? '';
  const said = cause.message.replace(/^error: /, '');
  return new UsageError(cause.code === 'commander.help' ? 'No verb is given.' : said, {
    code: cause.code.replace('commander.', 'usage_').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    hint: `See \`holdfast ${/^[a-z]+$/.test(verb) && cause.code !== 'commander.unknownCommand' ? `${verb} ` : ''}--help\`.`,
    cause,
  });
}
