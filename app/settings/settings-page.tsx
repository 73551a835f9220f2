import { clsx } from 'clsx';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { showPage } from '#app/frame/show-page.tsx';
import type { Caller } from '#app/http/identify.ts';
import { PageHeader } from '#app/ui/page-header.tsx';
import type { Identity } from '#lib/access/identity.ts';
import { may } from '#lib/access/may.ts';
import { type SettingPath, settingPages } from './setting-pages.ts';

/** Shows a page of the settings to who may see it, with the ways to those of the others that they may see too. */
export function showSettings(
  path: SettingPath,
  { about, render }: { about: ReactNode; render: (caller: Caller) => Promise<ReactNode> },
): Promise<ReactNode> {
  const { title, action } = settingPages.find(({ href }) => href === path) ?? settingPages[0];
  return showPage({ action, path }, async (caller) => (
    <>
      <PageHeader title={title}>{about}</PageHeader>
      <SettingLinks identity={caller.identity} current={path} />
      {await render(caller)}
    </>
  ));
}

/** What is about the service as a whole is not for who is limited to some connections. */
function isOpenTo({ role, scope }: Identity, action: (typeof settingPages)[number]['action']): boolean {
  return may(role, action) && (scope === null || action === 'read');
}

function SettingLinks({ identity, current }: { identity: Identity; current: SettingPath }) {
  return (
    <nav aria-label="Settings" className="border-b border-line print:hidden">
      <ul className="flex flex-wrap gap-x-1">
        {settingPages
          .filter(({ action }) => isOpenTo(identity, action))
          .map(({ title, href }) => (
            <li key={href}>
              <Link
                href={href}
                aria-current={href === current ? 'page' : undefined}
                className={clsx(
                  '-mb-px block border-b-2 px-3 py-2 text-sm whitespace-nowrap hover:text-ink',
                  href === current ? 'border-accent text-ink' : 'border-transparent text-quiet',
                )}
              >
                {title}
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}
