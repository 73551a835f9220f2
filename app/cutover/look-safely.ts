import type { Caller } from '#app/http/identify.ts';
import { placesFor } from '#app/http/places-for.ts';
import { tellError } from '#app/http/tell-error.ts';
import type { ShownError } from '#app/ui/post-json.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';

/** What a look has found, or why it could not be had: the rest of the page stays, to choose otherwise. */
export type Looked<T> = { found: T; error: null } | { found: null; error: ShownError };

/** Does a look of a caller's page; an error of Holdfast's own is told in its place. */
export async function lookSafely<T>({ identity }: Caller, look: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { found: await look(), error: null };
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    return { found: null, error: tellError(cause, placesFor(identity)) };
  }
}
