/** NAMEDATALEN - 1: a longer identifier is cut by the server, silently (manual, "Identifiers and Key Words"). */
const mostBytes = 63;

export interface SwapNames {
  staging: string;
  before: string;
  rolledBack: string;
}

/**
 * What the databases of a swap are called beside the live one. The run's id stays whole, so that names of two runs never
 * meet; a long live name is cut at a border of characters.
 */
export function planSwapNames(live: string, runId: string): SwapNames {
  const beside = (what: string): string => {
    const suffix = `__${what}_${runId}`;
    return `${cutAtCharacter(live, mostBytes - Buffer.byteLength(suffix))}${suffix}`;
  };
  return { staging: beside('staging'), before: beside('before'), rolledBack: beside('rolled_back') };
}

/** The longest beginning of whole characters that takes no more than `bytes` in UTF-8. */
function cutAtCharacter(text: string, bytes: number): string {
  let cut = '';
  for (const character of text) {
    if (Buffer.byteLength(cut + character) > bytes) break;
    cut += character;
  }
  return cut;
}
