import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { Manifest } from './manifest.ts';

/** Every object a manifest names, each once, with what it belongs to. */
export function listObjects(manifest: Manifest): { name: string; stored: number; object: string }[] {
  const objects = new Map<string, { name: string; stored: number; object: string }>();
  const add = (ref: { name: string; stored: number }, object: string): void => {
    if (!objects.has(ref.name)) objects.set(ref.name, { name: ref.name, stored: ref.stored, object });
  };
  add(manifest.schema.entries, 'schema');
  add(manifest.schema.preData, 'schema (pre-data)');
  add(manifest.schema.postData, 'schema (post-data)');
  add(manifest.inventory, 'inventory');
  for (const table of manifest.tables) for (const chunk of table.chunks) add(chunk, describeRowSource(table));
  return [...objects.values()];
}
