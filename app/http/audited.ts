import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Identity } from '#lib/access/identity.ts';
import { identityKey } from '#lib/access/identity-key.ts';
import type { AuditNote } from '#lib/audit/audit-entry.ts';
import { writeAudit } from '#lib/audit/audit-store.ts';
import { withAudit } from '#lib/audit/with-audit.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { processState } from '#lib/process/process-state.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { isRateLimit } from './is-rate-limit.ts';

/** What is done, as the log keeps it beside who does it. */
export type AuditedAction = Pick<AuditNote, 'what' | 'object'> & Partial<Pick<AuditNote, 'run' | 'detail'>>;

/**
 * Does what changes something for a caller. What cannot be written into the audit log is not done.
 * @throws StorageError, UnavailableError, what `work` throws.
 */
export async function audited<T>(
  caller: { identity: Identity; address: string },
  action: AuditedAction,
  work: () => Promise<T>,
): Promise<T> {
  // The first thing that is asked of a new service may be a backup, which makes the repository.
  const { repository } = await openWorkspace({ create: true });
  return withAudit(repository, { ...whoOf(caller), ...action }, work);
}

/** The part of an entry that says who. */
export function whoOf({ identity, address }: { identity: Identity; address: string }) {
  const { kind, id, name, role } = identity;
  return { who: { kind, id, name }, role, from: address };
}

/** Entries about refusals that a process writes in an hour: a flood of them must not fill the bucket. */
const refusalsAnHour = 60;

/**
 * Notes in the log that somebody was refused. Beyond 60 in an hour of one identity, or of all strangers together, they
 * are counted only, and the next entry about the same says how many were left out: a flood from outside does not hide
 * what somebody who is known has tried. Nothing was changed, so a log that cannot be written keeps nobody from the answer.
 */
export async function noteRefusal(note: Omit<AuditNote, 'outcome'>, code: string): Promise<void> {
  const state = processState('refusals', () => ({
    limiter: new RateLimiterMemory({ points: refusalsAnHour, duration: 3_600 }),
    leftOut: new Map<string, number>(),
  }));
  const key = budgetOf(note.who);
  const leftOut = state.leftOut.get(key) ?? 0;
  try {
    await state.limiter.consume(key);
  } catch (cause) {
    if (!isRateLimit(cause)) throw cause;
    state.leftOut.set(key, leftOut + 1);
    return;
  }
  state.leftOut.delete(key);
  const detail = { ...note.detail, code, ...(leftOut > 0 ? { leftOut } : {}) };
  try {
    const { repository } = await openWorkspace();
    await writeAudit(repository, { ...note, outcome: 'refused', detail });
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    console.error(`holdfast: a refusal (${code}) is not in the audit log: ${cause.message}`);
  }
}

/** Strangers share one: they have any number of names. */
function budgetOf(who: AuditNote['who']): string {
  return who.kind === 'nobody' || who.kind === 'hook' ? 'strangers' : identityKey(who);
}
