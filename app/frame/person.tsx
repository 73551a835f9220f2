import { LogOut } from 'lucide-react';
import type { Identity } from '#lib/access/identity.ts';

/** Who is signed in, and the way out. */
export function Person({ identity: { name, role } }: { identity: Identity }) {
  return (
    <form method="post" action="/sign-out" className="flex min-w-0 items-center gap-2 text-sm">
      <span className="max-w-24 truncate text-quiet sm:max-w-64" title={`Signed in as ${name}, ${role}`}>
        {name} <span className="hidden sm:inline">· {role}</span>
      </span>
      <button
        type="submit"
        aria-label="Sign out"
        title="Sign out"
        className="inline-flex size-8 items-center justify-center rounded-md text-quiet hover:bg-sunken hover:text-ink"
      >
        <LogOut aria-hidden size={16} />
      </button>
    </form>
  );
}
