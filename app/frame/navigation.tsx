'use client';

import { clsx } from 'clsx';
import { Menu, X } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import { isWithin } from './is-within.ts';
import type { Section } from './sections.ts';

/** The sections of the console: a row, and at phone width a list that a button opens. Escape closes it. */
export function Navigation({ sections }: { sections: readonly Section[] }) {
  const path = usePathname();
  // Kept with its page: whoever has gone to another one is done with the list.
  const [openOn, setOpenOn] = useState<string | null>(null);
  const open = openOn === path;
  return (
    <nav
      aria-label="Sections"
      className="relative order-last sm:order-none"
      onKeyDown={({ key }) => key === 'Escape' && setOpenOn(null)}
    >
      <button
        type="button"
        aria-expanded={open}
        aria-controls="sections"
        aria-label="Menu"
        onClick={() => setOpenOn(open ? null : path)}
        className="inline-flex size-8 items-center justify-center rounded-md text-quiet hover:bg-sunken hover:text-ink sm:hidden"
      >
        {open ? <X aria-hidden size={16} /> : <Menu aria-hidden size={16} />}
      </button>
      <ul
        id="sections"
        className={clsx(
          'gap-1 max-sm:absolute max-sm:top-full max-sm:right-0 max-sm:z-10 max-sm:mt-2 max-sm:w-48 max-sm:rounded-lg sm:flex',
          'max-sm:border max-sm:border-line max-sm:bg-surface max-sm:p-1 max-sm:shadow-lg',
          open ? 'grid' : 'hidden',
        )}
      >
        {sections.map((section) => {
          const current = isWithin(section, path);
          return (
            <li key={section.href}>
              <Link
                href={section.href}
                aria-current={current ? 'page' : undefined}
                className={clsx(
                  'block rounded-md px-2.5 py-1.5 text-sm font-medium hover:bg-sunken hover:text-ink',
                  current ? 'bg-sunken text-ink' : 'text-quiet',
                )}
              >
                {section.title}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
