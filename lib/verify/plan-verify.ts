import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { ChunkRef } from '#lib/manifest/chunk-ref.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { drawSample, type Sample } from './draw-sample.ts';

/** One stored object and what it must hold. Content may serve more than one owner, so `owners` are several. */
export interface StoredObject {
  name: string;
  stored: number;
  kind: 'entries' | 'script' | 'inventory' | 'rows';
  /** What the object belongs to, for people: `schema`, `table public.players`. */
  owners: string[];
  /** What a chunk of rows must count up to. */
  rows: Pick<ChunkRef, 'rows' | 'bytes' | 'digest'> | null;
}

/** Every object of a manifest once, or a part of them, shared out over lanes of about equal stored size. */
export interface VerifyPlan {
  lanes: StoredObject[][];
  /** Of what is read. */
  totals: { objects: number; stored: number; rows: string };
  /** Of the whole backup. */
  all: { objects: number; stored: number };
}

/** Plans a verification. Pure: every step plans again from the manifest and gets the same. */
export function planVerify(manifest: Manifest, options: { lanes: number; sample: Sample | null }): VerifyPlan {
  const all = [...collectObjects(manifest).values()];
  const objects = options.sample === null ? all : drawSample(all, options.sample);
  const length = Math.max(1, Math.min(options.lanes, objects.length));
  const lanes = Array.from({ length }, (): { stored: number; list: StoredObject[] } => ({ stored: 0, list: [] }));
  for (const object of objects) {
    const lane = lanes.reduce((least, one) => (one.stored < least.stored ? one : least));
    lane.list.push(object);
    // Each request costs time too, however small its object is.
    lane.stored += object.stored + 64 * 1024;
  }
  const rows =
    options.sample === null ? manifest.totals.rows : String(sum(objects, (object) => object.rows?.rows ?? 0));
  return {
    lanes: lanes.map(({ list }) => list),
    totals: { objects: objects.length, stored: sum(objects, ({ stored }) => stored), rows },
    all: { objects: all.length, stored: sum(all, ({ stored }) => stored) },
  };
}

function sum(objects: readonly StoredObject[], value: (object: StoredObject) => number): number {
  return objects.reduce((total, object) => total + value(object), 0);
}

function collectObjects(manifest: Manifest): Map<string, StoredObject> {
  const objects = new Map<string, StoredObject>();
  const add = (
    ref: { name: string; stored: number },
    what: Pick<StoredObject, 'kind' | 'rows'>,
    owner: string,
  ): void => {
    const known = objects.get(ref.name);
    if (known === undefined) objects.set(ref.name, { name: ref.name, stored: ref.stored, ...what, owners: [owner] });
    else if (!known.owners.includes(owner)) known.owners.push(owner);
  };
  add(manifest.schema.entries, { kind: 'entries', rows: null }, 'schema');
  add(manifest.schema.preData, { kind: 'script', rows: null }, 'schema (pre-data script)');
  add(manifest.schema.postData, { kind: 'script', rows: null }, 'schema (post-data script)');
  add(manifest.inventory, { kind: 'inventory', rows: null }, 'inventory');
  for (const table of manifest.tables) {
    for (const { name, stored, rows, bytes, digest } of table.chunks) {
      add({ name, stored }, { kind: 'rows', rows: { rows, bytes, digest } }, describeRowSource(table));
    }
  }
  return objects;
}
