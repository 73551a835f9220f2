import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

const envelope = z.object({ sha256: z.string(), manifest: z.unknown() });
const formatOnly = z.object({ format: z.number() });

/** The manifest's bytes: `{"sha256": <of the JSON text of "manifest">, "manifest": {...}}`. */
export function sealManifest(manifest: Manifest): Buffer {
  const text = JSON.stringify(manifest);
  return Buffer.from(`{"sha256":"${hash(text)}","manifest":${text}}\n`);
}

/**
 * Reads a sealed manifest; `key` names it in messages.
 * @throws DamagedError where a byte was changed, RefusedError where a newer Holdfast wrote it.
 */
export function openManifest(bytes: Buffer, key: string): Manifest {
  const text = bytes.toString('utf8');
  const sealed = envelope.safeParse(parseJson(text));
  // The hash is over the stored text itself, so that no re-serialisation has to come out the same.
  const body = /^\{"sha256":"[0-9a-f]{64}","manifest":(.*)\}\n$/s.exec(text)?.[1];
  if (!sealed.success || body === undefined || hash(body) !== sealed.data.sha256) {
    throw new DamagedError(`${key} was changed after it was written: its SHA-256 does not match.`, {
      code: 'manifest_damaged',
      hint: 'Do not restore from it; take another backup of `holdfast list`, or the bucket’s own version history.',
    });
  }
  const format = formatOnly.safeParse(sealed.data.manifest);
  if (format.success && format.data.format > 1) {
    throw new RefusedError(`${key} has format ${format.data.format}; this Holdfast reads format 1.`, {
      code: 'newer_format',
      hint: 'Upgrade Holdfast to the version that wrote the backup.',
    });
  }
  const manifest = manifestSchema.safeParse(sealed.data.manifest);
  if (manifest.success) return manifest.data;
  throw new DamagedError(`${key} is no manifest of format 1: ${z.prettifyError(manifest.error)}`, {
    code: 'manifest_damaged',
    hint: 'Take another backup of `holdfast list`.',
    cause: manifest.error,
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller reports the object as damaged.
    return undefined;
  }
}
