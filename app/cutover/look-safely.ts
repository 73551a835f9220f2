import type { ShownError } from '#app/ui/post-json.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';

/** What a look has found, or why it could not be had: the rest of the page stays, to choose otherwise. */
export type Looked<T> = { found: T; error: null } | { found: null; error: ShownError };

/** Does a look of a page; an error of Holdfast's own is told in its place. */
export async function lookSafely<T>(look: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { found: await look(), error: null };
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const { name, code, message, hint } = cause;
    return { found: null, error: { name, code, message, hint } };
  }
}
