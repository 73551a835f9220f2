import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '@neondatabase/api-client';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { callNeon } from './call-neon.ts';
import type { NeonApi } from './neon-api.ts';

const done: ReadonlySet<string> = new Set(['finished', 'skipped']);
const underWay: ReadonlySet<string> = new Set(['scheduling', 'running', 'cancelling']);
const longestPauseMs = 2_000;
/** A step must end before the platform ends it; its next attempt waits on. */
const patienceMs = 120_000;
/** Operations of a project that are looked through for those under way: they are listed newest first. */
const lookedThrough = 100;

/**
 * Waits until the operations that a change has begun are finished.
 * @throws UnavailableError where one failed or does not end; what came of it is found by looking at the branches.
 */
export async function waitForOperations(
  api: NeonApi,
  project: string,
  operations: readonly Operation[] | undefined,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (const { id, action, status } of operations ?? []) {
    let state = { status: String(status), error: '' };
    for (let pause = api.firstDelayMs / 4; underWay.has(state.status); pause = Math.min(pause * 2, longestPauseMs)) {
      if (Date.now() > deadline) throw stillRunning(project, action);
      await sleep(pause);
      const answer = await callNeon(api, {
        what: `look at operation ${action} of project ${project}`,
        repeatable: true,
        send: (client) => client.getProjectOperation(project, id),
      });
      state = { status: String(answer.operation?.status ?? ''), error: answer.operation?.error ?? '' };
    }
    if (!done.has(state.status)) throw failed(api, { project, action, ...state });
  }
}

/**
 * Waits for whatever is under way on these branches: what an earlier attempt, killed since, has begun.
 * @throws as `waitForOperations`.
 */
export async function waitUntilSettled(api: NeonApi, project: string, branches: readonly string[]): Promise<void> {
  const { operations } = await callNeon(api, {
    what: `list operations of project ${project}`,
    repeatable: true,
    send: (client) => client.listProjectOperations({ projectId: project, limit: lookedThrough }),
  });
  const ours = (operations ?? []).filter(
    ({ branch_id, status }) => branch_id !== undefined && branches.includes(branch_id) && underWay.has(status),
  );
  await waitForOperations(api, project, ours);
}

function stillRunning(project: string, action: string): UnavailableError {
  return new UnavailableError(`Operation ${action} of Neon project ${project} is still under way.`, {
    code: 'neon_operation_running',
    hint: 'The run looks again; the project’s Operations page in the Neon Console shows where it is.',
  });
}

function failed(
  api: NeonApi,
  { project, action, status, error }: { project: string; action: string; status: string; error: string },
): UnavailableError {
  const words = error === '' ? '' : `: ${api.hideKey(error)}`;
  return new UnavailableError(`Operation ${action} of Neon project ${project} ended as ${status}${words}`, {
    code: 'neon_operation_failed',
    hint: 'The run looks at the branches and tries again; the Operations page in the Neon Console has the details.',
  });
}
