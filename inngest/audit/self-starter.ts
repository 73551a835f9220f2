import { hostname } from 'node:os';
import type { AuditNote } from '#lib/audit/audit-entry.ts';

/** Who asks where no person does; `id`: which schedule, or whose retention. */
export interface SelfStarter {
  kind: 'schedule' | 'retention';
  id: string;
  name: string;
}

/** The part of an entry of the audit log that says who, of what the service begins by itself. */
export function whoStarts(who: SelfStarter): Pick<AuditNote, 'who' | 'role' | 'from'> {
  return { who, role: null, from: hostname() };
}
