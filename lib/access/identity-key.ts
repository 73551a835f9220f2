/** What is the same text for the same identity and for no other one: what is counted or kept of each goes by it. */
export function identityKey({ kind, id, name }: { kind: string; id: string | null; name: string }): string {
  return JSON.stringify([kind, id ?? name]);
}
