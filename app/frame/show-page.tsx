import type { ReactNode } from 'react';
import { authorizePage } from '#app/http/authorize-page.ts';
import { hidePlaces } from '#app/http/hide-places.ts';
import type { Caller } from '#app/http/identify.ts';
import { placesFor } from '#app/http/places-for.ts';
import { tellError } from '#app/http/tell-error.ts';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import type { Asked } from '#lib/access/identity.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';

/**
 * Renders a page for who may see it, and in its place the error where it throws one of Holdfast's own: these say what to
 * do next. All else goes to `error.tsx`. `path` is the page's own address, to which a sign-in comes back.
 */
export async function showPage(
  asked: Asked & { path: string },
  render: (caller: Caller) => Promise<ReactNode>,
): Promise<ReactNode> {
  let tell = hidePlaces;
  try {
    const caller = await authorizePage(asked);
    tell = placesFor(caller.identity);
    return await render(caller);
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const error = tellError(cause, tell);
    if (error.message !== cause.message) console.error(`holdfast: ${cause.code}: ${cause.message}`);
    return (
      <>
        <h1 className="sr-only">{error.name}</h1>
        <ErrorPanel error={error} />
      </>
    );
  }
}
