import type { Identity } from '#lib/access/identity.ts';
import { hidePlaces } from './hide-places.ts';

/** Puts a sentence of a page as an identity may read it: where the repository is, only an admin of everything sees. */
export function placesFor({ role, scope }: Pick<Identity, 'role' | 'scope'>): (text: string) => string {
  return role === 'admin' && scope === null ? (text) => text : hidePlaces;
}
