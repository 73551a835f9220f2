import type { Command } from 'commander';
import { type Cell, renderTable } from '#cli/output/render-table.ts';
import { escapeControls, type Terminal } from '#cli/output/terminal.ts';
import { chooseEngine } from '#cli/workflow/choose-engine.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { holdfastVersion } from '#lib/config/version.ts';
import { checkConnection } from '#lib/doctor/check-connection.ts';
import { checkPgDump } from '#lib/doctor/check-pg-dump.ts';
import { checkRepository } from '#lib/doctor/check-repository.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { Check } from '#lib/report/check.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast doctor`. */
export function addDoctor(program: Command, start: StartVerb): void {
  program
    .command('doctor')
    .summary('look at everything a backup and a restore need')
    .description(
      'Look at everything a backup and a restore need: config, connections and their rights, pg_dump, the repository\n' +
        '(an object is written, read, listed and deleted), Node, the engine. Exit code 3 where something is wrong.',
    )
    .addHelpText('after', describeExamples([['holdfast doctor', 'before the first backup']]))
    .action((_options: unknown, command: Command) => start(command, examine));
}

async function examine(terminal: Terminal): Promise<number> {
  const config = await loadConfig();
  const environment = readEnvironment();
  const connections = [...config.connections.values()];
  const checks = [
    checkNode(),
    checkEngine(config.stateFolder),
    await checkPgDump(environment),
    ...(await checkRepository(config)),
    ...(await Promise.all(connections.map(checkConnection))).flat(),
  ];
  if (connections.length === 0) checks.push(noConnection);
  const failed = checks.filter(({ passed }) => !passed).length;
  const exitCode = failed > 0 ? exitCodes.refused : exitCodes.done;
  const document = { holdfast: holdfastVersion, passed: failed === 0, exitCode, checks };
  terminal.result(document, () => render(terminal, checks));
  return exitCode;
}

function checkNode(): Check {
  return { name: 'node', object: 'node', passed: true, detail: `${process.version} (${process.execPath})`, hint: '' };
}

function checkEngine(stateFolder: string): Check {
  const engine = chooseEngine(readEnvironment());
  const detail =
    engine.kind === 'local'
      ? `the local runner in this process, journals in ${stateFolder}`
      : `an Inngest server (${engine.because} is set)`;
  return { name: 'engine', object: 'engine', passed: true, detail, hint: '' };
}

const noConnection: Check = {
  name: 'connection',
  object: 'connections',
  passed: false,
  detail: 'none is configured',
  hint: 'Set DATABASE_URL (production) and NEON_DATABASE_URL (neon), or HOLDFAST_DATABASE_<NAME>_URL.',
};

function render(terminal: Terminal, checks: readonly Check[]): string {
  const rows = checks.map(({ name, object, passed, detail }): Cell[] => [
    passed ? { text: 'ok', format: 'green' } : { text: 'wrong', format: 'red' },
    object === name ? name : `${object}${name === 'connection' || name === 'repository' ? '' : `: ${name}`}`,
    detail,
  ]);
  const hints = checks
    .filter(({ passed }) => !passed)
    .map(({ object, hint }) => `${terminal.paint('yellow', 'hint:')} ${escapeControls(`${object}: ${hint}`)}`);
  return [renderTable(terminal, [{ name: '' }, { name: '' }, { name: '' }], rows), ...hints].join('\n');
}
