import { createHash } from 'node:crypto';
import type { StoredObject } from './plan-verify.ts';

/** Which part of a backup is read. */
export interface Sample {
  /** Of the stored bytes, above 0. */
  percent: number;
  /** The same seed draws the same objects. */
  seed: string;
}

/**
 * Draws objects by their stored size until they hold the wanted part of all bytes: larger ones are drawn more often, in
 * the weighted order of Efraimidis and Spirakis (2006). What is no chunk of rows is small and always there, and of each
 * table at least one chunk, so that the part can come out larger than it was asked for. Pure.
 */
export function drawSample(objects: readonly StoredObject[], { percent, seed }: Sample): StoredObject[] {
  const total = objects.reduce((sum, { stored }) => sum + stored, 0);
  const wanted = (total * percent) / 100;
  const drawn = new Set(objects.filter(({ rows }) => rows === null));
  const order = objects
    .filter(({ rows }) => rows !== null)
    .map((object) => ({ object, rank: rankOf(object, seed) }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ object }) => object);
  const tables = new Set<string>();
  for (const object of order) {
    if (object.owners.every((owner) => tables.has(owner))) continue;
    for (const owner of object.owners) tables.add(owner);
    drawn.add(object);
  }
  let held = [...drawn].reduce((sum, { stored }) => sum + stored, 0);
  for (const object of order) {
    if (held >= wanted) break;
    if (drawn.has(object)) continue;
    drawn.add(object);
    held += object.stored;
  }
  return objects.filter((object) => drawn.has(object));
}

/** ln(u) / weight, with u evenly spread in (0, 1): the greatest ranks are a sample weighted by size. */
function rankOf({ name, stored }: StoredObject, seed: string): number {
  const number = createHash('sha256').update(`${seed}:${name}`).digest().readUIntBE(0, 6);
  return Math.log((number + 1) / (2 ** 48 + 1)) / Math.max(1, stored);
}
