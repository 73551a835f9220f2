import type { Unreadable } from '#lib/errors/tell-problem.ts';
import { ErrorPanel } from './error-panel.tsx';

/** What of a list cannot be read, and why; nothing where all of it can. */
export function UnreadablePanel({ unreadable, what }: { unreadable: readonly Unreadable[]; what: string }) {
  const [first] = unreadable;
  if (first === undefined) return null;
  const { name, code, message, hint } = first.problem;
  const ids = unreadable.map(({ id }) => id).join(', ');
  return (
    <ErrorPanel error={{ name, code, message: `Cannot be read: ${what} ${ids}. ${message}`, hint }} tone="caution" />
  );
}
