import { type ReactNode, useId } from 'react';

interface CardProps {
  title: string;
  /** Beside the title. */
  aside?: ReactNode;
  /** The content reaches the card's edges, as a table does. */
  flush?: boolean;
  children: ReactNode;
}

/** A part of a page with its heading. */
export function Card({ title, aside, flush = false, children }: CardProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="overflow-hidden rounded-lg border border-line bg-surface print:overflow-visible"
    >
      <header className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2.5">
        <h2 id={id} className="text-sm font-semibold">
          {title}
        </h2>
        {aside}
      </header>
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  );
}
