/** A part of the console, as the navigation names it. */
export interface Section {
  title: string;
  href: `/${string}`;
}

/** In the order of the navigation. */
export const sections: readonly Section[] = [
  { title: 'Overview', href: '/' },
  { title: 'Backups', href: '/backups' },
  { title: 'Restore', href: '/restore' },
  { title: 'Runs', href: '/runs' },
  { title: 'Settings', href: '/settings' },
];

/** Whether a page belongs to a section: it is the section's own, or lies below it. */
export function isWithin({ href }: Section, path: string): boolean {
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
}
