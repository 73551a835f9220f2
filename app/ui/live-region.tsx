import type { ReactNode } from 'react';

/** Says what changes to who does not see it, politely and whole. The region must be there before its content changes. */
export function LiveRegion({ children }: { children: ReactNode }) {
  return (
    <div role="status" aria-live="polite" aria-atomic="true" className="sr-only">
      {children}
    </div>
  );
}
