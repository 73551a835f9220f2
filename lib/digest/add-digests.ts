/** The digest of rows whose parts have these digests: their sum mod 2^64, 16 lower-case hex digits. */
export function addDigests(...digests: readonly string[]): string {
  return formatDigest(digests.reduce((sum, digest) => sum + BigInt(`0x${digest}`), 0n));
}

/** A sum of row hashes as 16 lower-case hex digits. */
export function formatDigest(sum: bigint): string {
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0');
}
