import type { Hook } from '#lib/config/resolve-hooks.ts';

/** What a hook starts, in a sentence or two. */
export function describeStart({ start, connection, to, fence }: Hook): string {
  switch (start) {
    case 'backup':
      return `It backs ${connection} up.`;
    case 'gate':
      return `It asks whether ${connection} has a backup that is good enough.`;
    case 'backup-and-gate':
      return `It backs ${connection} up, and asks whether that is good enough.`;
    case 'transfer': {
      const steps = `It backs ${connection} up, restores that to ${to}, proves the copy, and lets it go live there.`;
      return fence ? `${steps} ${connection} is read-only from then on.` : steps;
    }
  }
}
