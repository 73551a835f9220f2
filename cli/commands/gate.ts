import { type Command, Option } from 'commander';
import { z } from 'zod';
import { escapeControls, type Terminal } from '#cli/output/terminal.ts';
import { parseDuration } from '#lib/config/parse-duration.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { findOfCommit } from '#lib/promise/find-of-commit.ts';
import { gateRequirements, judgeGate } from '#lib/promise/judge-gate.ts';
import { listStandings, type Standing } from '#lib/standing/list-standings.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { parseSha } from './parse-sha.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = z.object({
  connection: z.string(),
  maxAge: z.string(),
  require: z.enum(gateRequirements),
  git: z.string().optional(),
});

/** `holdfast gate --connection NAME`. */
export function addGate(program: Command, start: StartVerb): void {
  program
    .command('gate')
    .summary('stop a deploy where the promise is broken')
    .description(
      'Say in one line whether a connection has a backup that is young enough and good enough. Exit code 0 where it has,\n' +
        '3 where it has not: a step of a deploy pipeline. It needs the repository and no database.',
    )
    .requiredOption('--connection <name>', 'the connection whose backups are asked about')
    .option('--max-age <duration>', 'how old the backup may be: 24h, 7d', '24h')
    .addOption(
      new Option('--require <what>', 'how good it has to be: committed, read again, or restored and compared')
        .choices(gateRequirements)
        .default('proven'),
    )
    .option('--git <sha>', 'only a backup of this commit, by at least 4 digits of its SHA', parseSha)
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast gate --connection production', 'a proven backup of the last 24 hours'],
        ['holdfast gate --connection production --require stored --max-age 1h', 'before a migration'],
        ['holdfast gate --connection production --require stored --git $GITHUB_SHA', 'taken for this very commit'],
      ]),
    )
    .action((_options: unknown, command: Command) =>
      start(command, (terminal) => gate(terminal, optionsSchema.parse(command.opts()))),
    );
}

async function gate(terminal: Terminal, options: z.infer<typeof optionsSchema>): Promise<number> {
  const { connection, maxAge, require, git } = options;
  const maxAgeMs = parseDuration(maxAge, '--max-age');
  const workspace = await openWorkspace();
  const standings = await listStandings(workspace.repository, connection);
  requireKnown(workspace, connection, standings);
  const ofCommit = git === undefined ? undefined : await findOfCommit(workspace.repository, { standings, sha: git });
  const commit = git === undefined ? {} : { commit: { sha: git, isOf: (id: string) => ofCommit?.has(id) === true } };
  const verdict = judgeGate({ connection, standings, maxAgeMs, require, now: new Date(), ...commit });
  const exitCode = verdict.open ? exitCodes.done : exitCodes.refused;
  const document = { connection, require, maxAgeMs, git: git ?? null, ...verdict, exitCode };
  terminal.result(document, () => terminal.paint(verdict.open ? 'green' : 'red', escapeControls(verdict.line)));
  return exitCode;
}

/** A name that was mistyped must not look like a broken promise, nor like a kept one. */
function requireKnown({ config, repository }: Workspace, connection: string, standings: readonly Standing[]): void {
  if (standings.length > 0 || config.care.has(connection)) return;
  const known = [...config.care.keys()].sort().join(', ');
  throw new UsageError(`There is no connection "${connection}", and no backup of one in ${repository.location}.`, {
    code: 'unknown_connection',
    hint: `Known: ${known === '' ? 'none' : known}. A connection with backups needs no URL here.`,
  });
}
