import type { Section } from './sections.ts';

/** Whether a page belongs to a section: it is one of the section's own, or lies below it. */
export function isWithin({ href, also = [] }: Section, path: string): boolean {
  if (href === '/') return path === '/';
  return [href, ...also].some((own) => path === own || path.startsWith(`${own}/`));
}
