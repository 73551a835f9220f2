/**
 * Puts matviews into an order in which each comes after all it reads, directly or through views (depth first over
 * `edges`: oid -> oids it reads). Views cannot form circles, so there is always such an order.
 */
export function orderMatviews<T extends { oid: string }>(
  matviews: readonly T[],
  edges: ReadonlyMap<string, readonly string[]>,
): T[] {
  const byOid = new Map(matviews.map((matview) => [matview.oid, matview]));
  const seen = new Set<string>();
  const ordered: T[] = [];
  const visit = (oid: string): void => {
    if (seen.has(oid)) return;
    seen.add(oid);
    for (const read of edges.get(oid) ?? []) visit(read);
    const matview = byOid.get(oid);
    if (matview) ordered.push(matview);
  };
  for (const { oid } of matviews) visit(oid);
  return ordered;
}
