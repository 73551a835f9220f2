import type { ReactNode } from 'react';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';

/**
 * Renders a page, and in its place the error where it throws one of Holdfast's own: these say what to do next. All else
 * goes to `error.tsx`.
 */
export async function showPage(render: () => Promise<ReactNode>): Promise<ReactNode> {
  try {
    return await render();
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const { name, code, message, hint } = cause;
    return (
      <>
        <h1 className="sr-only">{name}</h1>
        <ErrorPanel error={{ name, code, message, hint }} />
      </>
    );
  }
}
