import type { Hook } from '#lib/config/resolve-hooks.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { findRunOfEvent } from '#lib/runs/find-run-of-event.ts';
import type { RecordedError, RunResult } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { askGate } from './ask-gate.ts';
import type { Delivery } from './delivery.ts';

/** How what a hook has started stands. `error` where it did not come to a good end. */
export interface HookOutcome {
  state: 'open' | 'done' | 'not-done';
  /** The run; `null` where it has not begun yet, or none is needed. */
  run: string | null;
  backup: string | null;
  message: string;
  exitCode: number | null;
  error: Omit<RecordedError, 'exitCode'> | null;
}

/** The outcome as far as it is known now; a gate needs no delivery, and says how it stands at this moment. @throws RefusedError, DamagedError, StorageError. */
export async function readOutcome(workspace: Workspace, hook: Hook, delivery: Delivery | null): Promise<HookOutcome> {
  if (hook.start === 'gate' || delivery === null) return judgedBy(workspace, hook, { run: null, backup: null });
  const { repository } = workspace;
  const sentAt = Date.parse(delivery.at);
  const run = await findRunOfEvent(repository, { eventIds: delivery.events, sentAt });
  const result = run && (await readResult(repository, run.id));
  if (run === undefined && delivery.state === 'failed') return notTaken;
  if (result === undefined) {
    const message = run === undefined ? 'It has not begun yet.' : `Run ${run.id} is under way.`;
    return { state: 'open', run: run?.id ?? null, backup: run?.backup ?? null, message, exitCode: null, error: null };
  }
  if (result.status !== 'completed') return failed(result);
  const { id, backup, target } = result.run;
  if (hook.start === 'backup-and-gate') return judgedBy(workspace, hook, { run: id, backup });
  const message =
    hook.start === 'transfer'
      ? `Run ${id} moved ${hook.connection} to ${target}, and proved the copy.`
      : `Run ${id} made backup ${backup}.`;
  return { state: 'done', run: id, backup, message, exitCode: exitCodes.done, error: null };
}

/** Neither this attempt nor another one has handed it over. */
const notTaken: HookOutcome = {
  ...{ state: 'not-done', run: null, backup: null, exitCode: exitCodes.unexpected },
  message: 'The event could not be handed to Inngest.',
  error: {
    ...{ name: 'UnavailableError', code: 'event_not_sent', message: 'The event could not be handed to Inngest.' },
    hint: 'Post to the hook once more, with the same Idempotency-Key where there was one: nothing was started yet.',
  },
};

async function judgedBy(
  workspace: Workspace,
  hook: Hook,
  made: { run: string | null; backup: string | null },
): Promise<HookOutcome> {
  const { open, line, backup } = await askGate(workspace, hook);
  const found = { run: made.run, backup: made.backup ?? backup?.id ?? null, message: line };
  if (open) return { ...found, state: 'done', exitCode: exitCodes.done, error: null };
  const hint = `\`holdfast status\` says what ${hook.connection} lacks.`;
  const error = { name: 'RefusedError', code: 'gate_closed', message: line, hint };
  return { ...found, state: 'not-done', exitCode: exitCodes.refused, error };
}

function failed({ run, status, exitCode, error }: RunResult): HookOutcome {
  const told = error ?? {
    name: status === 'cancelled' ? 'CancelledError' : 'RefusedError',
    code: `run_${status.replace('-', '_')}`,
    message: `Run ${run.id} ended as ${status}.`,
    hint: `\`holdfast show ${run.id}\` says more.`,
  };
  const { name, code, message, hint } = told;
  return {
    ...{ state: 'not-done', run: run.id, backup: null, message },
    exitCode: exitCode === 0 ? exitCodes.refused : exitCode,
    error: { name, code, message, hint },
  };
}
