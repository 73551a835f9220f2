import type { ReactNode } from 'react';

/** That there is nothing, and what a person can do about it. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="px-4 py-10 text-center">
      <p className="font-medium">{title}</p>
      {children && <div className="mx-auto mt-1 max-w-md text-sm text-quiet">{children}</div>}
    </div>
  );
}
