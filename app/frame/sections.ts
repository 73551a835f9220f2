/** A part of the console, as the navigation names it. */
export interface Section {
  title: string;
  href: `/${string}`;
  /** Pages of other addresses that belong to it. */
  also?: readonly `/${string}`[];
}

/** In the order of the navigation. */
export const sections: readonly Section[] = [
  { title: 'Overview', href: '/' },
  { title: 'Backups', href: '/backups' },
  { title: 'Restore', href: '/restore', also: ['/transfer', '/recover'] },
  { title: 'Runs', href: '/runs' },
  { title: 'Settings', href: '/settings' },
];

/** Whether a page belongs to a section: it is one of the section's own, or lies below it. */
export function isWithin({ href, also = [] }: Section, path: string): boolean {
  if (href === '/') return path === '/';
  return [href, ...also].some((own) => path === own || path.startsWith(`${own}/`));
}
