import { headers } from 'next/headers';
import { type Caller, identify } from '#app/http/identify.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';

/** Who is signed in; nobody where that cannot be said: the page itself then leads to the sign-in, or says why. */
export async function findCaller(): Promise<Caller | undefined> {
  try {
    return await identify(await headers());
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    return undefined;
  }
}
