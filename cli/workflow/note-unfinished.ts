import type { Terminal } from '#cli/output/terminal.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { findUnfinished } from './unfinished-run.ts';

/** Says in one line when an earlier process left runs behind. */
export async function noteUnfinished(terminal: Terminal): Promise<void> {
  if (terminal.quiet) return;
  try {
    const unfinished = await findUnfinished((await loadConfig()).stateFolder);
    const [first] = unfinished;
    if (first === undefined) return;
    const what = unfinished.length === 1 ? `${first.note.title}, run ${first.runId}` : `${unfinished.length} runs`;
    const waits = unfinished.every((run) => run.waits);
    terminal.note(
      waits
        ? `note: Approval is waited for (${what}): \`holdfast approve ${first.runId}\`.`
        : `note: There is something to resume (${what}): \`holdfast resume\`.`,
    );
  } catch {
    // The verb itself reports a config that does not load, and `holdfast resume` a journal that cannot be read.
  }
}
