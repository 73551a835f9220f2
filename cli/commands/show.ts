import type { Command } from 'commander';
import { renderBackup } from '#cli/output/render-backup.ts';
import { renderLooks } from '#cli/output/render-looks.ts';
import { renderOutline } from '#cli/output/render-outline.ts';
import { renderRun } from '#cli/output/render-run.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { findUnfinished } from '#cli/workflow/unfinished-run.ts';
import { readStoredFormats } from '#lib/export/formats/stored-formats.ts';
import { readManifest, readOutline } from '#lib/manifest/manifest-store.ts';
import { readRunView } from '#lib/run-view/read-run-view.ts';
import { readChecks } from '#lib/standing/check-store.ts';
import { readPin } from '#lib/standing/pin-store.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { findNamed } from './find-named.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast show <backup|run>`. */
export function addShow(program: Command, start: StartVerb): void {
  program
    .command('show')
    .summary('show a backup or a run')
    .description(
      'Show a backup (tables, rows, digests, what was left out) or a run (steps, attempts, waits, errors, proof).',
    )
    .argument('<id>', 'a backup or a run: its id, the beginning of one, or `latest`')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast show latest', 'the newest backup, table by table'],
        ['holdfast show 20261121T014500Z-x7k2qd', 'a backup or a run by its id'],
        ['holdfast show latest --json', 'the whole manifest'],
      ]),
    )
    .action((id: string, _options: unknown, command: Command) => start(command, (terminal) => show(terminal, id)));
}

async function show(terminal: Terminal, id: string): Promise<number> {
  const workspace = await openWorkspace();
  const named = await findNamed(terminal, workspace.repository, id);
  if (named.kind === 'run') return showRun(terminal, workspace, named.runId);
  const outline = await readOutline(workspace.repository, named.key);
  const manifest = outline.checked ? await readManifest(workspace.repository, named.key) : null;
  const formats = await readStoredFormats(workspace.repository, named.key);
  // What is kept beside an encrypted manifest is sealed as it is.
  const checks = manifest === null ? [] : await readChecks(workspace.repository, named.key);
  const pin = manifest === null ? null : ((await readPin(workspace.repository, named.key)) ?? null);
  terminal.result({ kind: 'backup', outline, manifest, formats, checks, pin }, () => {
    if (manifest === null) return renderOutline(terminal, outline);
    const backup = renderBackup(terminal, { manifest, keyId: outline.keyId, formats });
    return [backup, ...renderLooks(terminal, { checks, pin })].join('\n');
  });
  return 0;
}

/** Prints one run. */
export async function showRun(terminal: Terminal, { config, repository }: Workspace, runId: string): Promise<number> {
  const interrupted = new Set((await findUnfinished(config.stateFolder)).map((run) => run.runId));
  const view = await readRunView(repository, { runId, interrupted });
  terminal.result({ kind: 'run', ...view }, () => renderRun(terminal, view));
  return 0;
}
