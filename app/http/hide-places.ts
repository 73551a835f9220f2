/** A folder or a bucket as errors name it: to an end of the sentence, a quote or a bracket. */
const repository = /\b(?:file:|s3:\/\/)[^\s"'`<>()]*[^\s"'`<>().,:;]/g;
/** An absolute path of two parts or more, which is none of this server's own addresses. */
const path = /(?<![\w.:/])\/(?!api\/|api-docs|runs\/|backups\/|settings\/|hooks\/)[\w.@-]+(?:\/[\w.@-]*[\w@-])+/g;

/**
 * A message without the places of the server. On a command line they help; who calls the API may be anybody with a token,
 * and learns no path and no bucket.
 */
export function hidePlaces(text: string): string {
  return text.replaceAll(repository, 'the repository').replaceAll(path, 'a file of the server');
}

/** Members that hold a sentence, or a list of sentences; all else is data, and a label may well look like a path. */
const sentences = new Set([
  ...['message', 'hint', 'detail', 'problem', 'because', 'says', 'heldBack'],
  ...['unread', 'failures', 'stays', 'reasons', 'notes'],
]);

/** JSON of an answer, whose sentences are without places. */
export function toJsonWithoutPlaces(value: unknown): string {
  return JSON.stringify(value, function (this: unknown, key: string, inner: unknown) {
    return sentences.has(key) || (key === 'reason' && isOfAnError(this)) ? hideIn(inner) : inner;
  });
}

/** Why a store did not give an object up has the object beside it; why a person has pinned a backup is his own words. */
function isOfAnError(holder: unknown): boolean {
  return typeof holder === 'object' && holder !== null && 'key' in holder;
}

function hideIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => (typeof one === 'string' ? hidePlaces(one) : one));
  return typeof value === 'string' ? hidePlaces(value) : value;
}
