import { hkdfSync } from 'node:crypto';

/** HKDF-SHA-256 (RFC 5869): extract with `salt`, expand with `info` to `length` bytes. */
export function deriveKey(
  inputKey: Uint8Array,
  { salt = new Uint8Array(), info, length }: { salt?: Uint8Array; info: Uint8Array | string; length: number },
): Buffer {
  return Buffer.from(hkdfSync('sha256', inputKey, salt, info, length));
}
