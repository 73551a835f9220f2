import type { Command } from 'commander';
import { whoRunsThis } from '#cli/audit/who-runs-this.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { withAudit } from '#lib/audit/with-audit.ts';
import { unpinBackup } from '#lib/standing/pin-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { findBackup } from './find-named.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast unpin <backup>`. */
export function addUnpin(program: Command, start: StartVerb): void {
  program
    .command('unpin')
    .summary('let pruning have a backup again')
    .description('Take the pin of a backup away: from now on the retention decides. One without a pin stays so.')
    .argument('<backup>', 'a backup id, the beginning of one, or `latest`')
    .addHelpText('after', describeExamples([['holdfast unpin 20261121T014500Z-x7k2qd', 'by its id']]))
    .action((backup: string, _options: unknown, command: Command) =>
      start(command, (terminal) => unpin(terminal, backup)),
    );
}

async function unpin(terminal: Terminal, named: string): Promise<number> {
  const { repository } = await openWorkspace();
  const backup = await findBackup(terminal, repository, named);
  const note = { ...whoRunsThis(), what: 'unpin', object: backup.backupId, detail: { connection: backup.connection } };
  await withAudit(repository, note, () => unpinBackup(repository, backup));
  terminal.result({ ...backup, pin: null }, () => `${backup.backupId} of ${backup.connection} has no pin`);
  return 0;
}
