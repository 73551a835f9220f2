import type { ReactNode } from 'react';

interface PageHeaderProps {
  title: string;
  /** A badge beside the title. */
  status?: ReactNode;
  /** One line below it. */
  children?: ReactNode;
  /** What can be done here. */
  actions?: ReactNode;
}

/** The one `h1` of a page, with its state and its actions. */
export function PageHeader({ title, status, children, actions }: PageHeaderProps) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-xl font-semibold tracking-tight break-words">{title}</h1>
          {status}
        </div>
        {children && <div className="mt-1 text-sm text-quiet">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2 print:hidden">{actions}</div>}
    </header>
  );
}
