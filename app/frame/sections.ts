import { type Action, may } from '#lib/access/may.ts';
import type { Role } from '#lib/access/role.ts';

/** A part of the console, as the navigation names it. */
export interface Section {
  title: string;
  href: `/${string}`;
  /** Pages of other addresses that belong to it. */
  also?: readonly `/${string}`[];
  /** What its pages ask for; all may read. */
  action?: Action;
}

/** In the order of the navigation. */
const sections: readonly Section[] = [
  { title: 'Overview', href: '/' },
  { title: 'Backups', href: '/backups' },
  { title: 'Restore', href: '/restore', also: ['/transfer', '/recover'], action: 'restore' },
  { title: 'Runs', href: '/runs' },
  { title: 'Settings', href: '/settings', also: ['/api-docs'] },
];

/** The sections that a role may open; a page that somebody may not see asks who they are by itself. */
export function sectionsOf(role: Role): Section[] {
  return sections.filter(({ action = 'read' }) => may(role, action));
}
