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

/** JSON of an answer, in which every `message` and `hint` (those of recorded errors are) is without places. */
export function toJsonWithoutPlaces(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) =>
    (key === 'message' || key === 'hint') && typeof inner === 'string' ? hidePlaces(inner) : inner,
  );
}
