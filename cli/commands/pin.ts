import type { Command } from 'commander';
import { z } from 'zod';
import { whoRunsThis } from '#cli/audit/who-runs-this.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { withAudit } from '#lib/audit/with-audit.ts';
import { pinBackup } from '#lib/standing/pin-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { findBackup } from './find-named.ts';
import { describeExamples, type StartVerb } from './verb.ts';

const optionsSchema = z.object({ reason: z.string().max(200).nullish() });

/** `holdfast pin <backup>`. */
export function addPin(program: Command, start: StartVerb): void {
  program
    .command('pin')
    .summary('keep a backup from being pruned')
    .description('Keep a backup from being pruned, whatever the retention says, until `holdfast unpin`.')
    .argument('<backup>', 'a backup id, the beginning of one, or `latest`')
    .option('--reason <text>', 'why, in your words')
    .addHelpText('after', describeExamples([['holdfast pin latest --reason "before the audit"', 'keep the newest']]))
    .action((backup: string, _options: unknown, command: Command) =>
      start(command, (terminal) => pin(terminal, backup, optionsSchema.parse(command.opts()))),
    );
}

async function pin(
  terminal: Terminal,
  named: string,
  { reason = null }: z.infer<typeof optionsSchema>,
): Promise<number> {
  const { repository } = await openWorkspace();
  const backup = await findBackup(terminal, repository, named);
  const pinned = { pinnedAt: new Date().toISOString(), reason };
  const note = {
    ...whoRunsThis(),
    what: 'pin',
    object: backup.backupId,
    detail: { connection: backup.connection, reason },
  };
  await withAudit(repository, note, () => pinBackup(repository, backup, pinned));
  terminal.result({ ...backup, pin: pinned }, () => `Pinned ${backup.backupId} of ${backup.connection}`);
  return 0;
}
