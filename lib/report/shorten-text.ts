/** What a line for people holds of one value. */
const longest = 200;

/** The beginning of a text that is too long for a line; a dot triple at its end says so. Pure. */
export function shortenText(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
