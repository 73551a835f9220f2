import type { Marked } from './mark-chunks.ts';

/** Why no chunk may be swept now, in one line; `null` where all may. */
export function describeHeldBack(found: {
  openBackups: readonly string[];
  unreadable: Marked['unreadable'];
}): string | null {
  const { openBackups, unreadable } = found;
  if (openBackups.length > 0) return `backups are being made (${openBackups.join(', ')}); the next prune sweeps`;
  const [first] = unreadable;
  if (first === undefined) return null;
  const message = first.message.replace(/\.$/, '');
  return `${message}. What it names is not known, so nothing may go: bring it back from another copy or give its key, or delete the object where it is lost for good`;
}
