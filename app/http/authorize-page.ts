import { headers } from 'next/headers';
import { forbidden, redirect } from 'next/navigation';
import type { Asked } from '#lib/access/identity.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { requireRightOf } from './authorize.ts';
import { type Caller, identify } from './identify.ts';

/**
 * The door of a page: who looks at it, if they may. Sends who is not signed in to the sign-in and back to `path`; shows
 * `app/forbidden.tsx` to who may not. For pages that are read: a server action asks `authorize` questions of its own.
 */
export async function authorizePage({ path, ...asked }: Asked & { path: string }): Promise<Caller> {
  const caller = await callerOf(path);
  try {
    await requireRightOf(caller, asked);
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    forbidden();
  }
  return caller;
}

async function callerOf(path: string): Promise<Caller> {
  try {
    return await identify(await headers());
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    const problem = cause.code === 'not_signed_in' ? {} : { problem: cause.code };
    const query = new URLSearchParams({ ...problem, ...(path === '/' ? {} : { next: path }) }).toString();
    redirect(query === '' ? '/sign-in' : `/sign-in?${query}`);
  }
}
