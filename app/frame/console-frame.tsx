import { cookies } from 'next/headers';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { parseTheme, themeCookie } from '#app/ui/theme.ts';
import { ThemeToggle } from '#app/ui/theme-toggle.tsx';
import { ToastProvider } from '#app/ui/toast.tsx';
import { findCaller } from './find-caller.ts';
import { Navigation } from './navigation.tsx';
import { Person } from './person.tsx';
import { sectionsOf } from './sections.ts';
import { Wordmark } from './wordmark.tsx';

/** What is around every page of the console. */
export async function ConsoleFrame({ children }: { children: ReactNode }) {
  const caller = await findCaller();
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <ToastProvider>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:m-2 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2"
      >
        Skip to the content
      </a>
      <header className="border-b border-line bg-surface print:hidden">
        <div className="mx-auto flex h-12 max-w-6xl items-center gap-x-2 px-4 sm:gap-x-6">
          <Link href="/" className="py-1">
            <Wordmark />
          </Link>
          <Navigation sections={sectionsOf(caller?.identity.role ?? 'viewer')} />
          <div className="ml-auto flex min-w-0 items-center gap-2">
            {caller !== undefined && <Person identity={caller.identity} />}
            <ThemeToggle initial={theme} />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto grid max-w-6xl gap-4 px-4 py-6 outline-none print:p-0">
        {children}
      </main>
    </ToastProvider>
  );
}
