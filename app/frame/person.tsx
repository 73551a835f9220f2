import { LogOut } from 'lucide-react';
import { headers } from 'next/headers';
import { type Caller, identify } from '#app/http/identify.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';

/** Who is signed in, and the way out; nothing where nobody is, as the page itself then leads to the sign-in. */
export async function Person() {
  const caller = await findCaller();
  if (caller === undefined) return null;
  const { name, role } = caller.identity;
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

async function findCaller(): Promise<Caller | undefined> {
  try {
    return await identify(await headers());
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    return undefined;
  }
}
