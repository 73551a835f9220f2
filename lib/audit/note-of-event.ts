import type { AuditNote } from './audit-entry.ts';

/** What the log keeps of an event that is sent: its name, what it is about, and its id, which the run carries too. */
export function noteOfEvent(event: {
  name: string;
  data: Readonly<Record<string, unknown>>;
  id: string;
}): Pick<AuditNote, 'what' | 'object' | 'run' | 'detail'> {
  const { connection, from, to, backup, run } = event.data;
  return {
    what: event.name,
    object: textOf(to) ?? textOf(connection) ?? textOf(run) ?? textOf(backup),
    run: textOf(run),
    detail: { event: event.id, from: textOf(from), backup: textOf(backup) },
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
