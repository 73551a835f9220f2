/** Takes secrets out of a text: receivers may say back what they were sent. What is shorter than three signs is none. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap(partsOf)
    .filter(({ length }) => length >= 3)
    .reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** Of a URL everything behind its host may be a token; of a signing secret also what stands behind its prefix. */
function partsOf(value: string): string[] {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) return [value, value.replace(/^whsec_/, '')];
  return [`${url.pathname}${url.search}`, url.pathname, url.search, url.password].filter((part) => part !== '/');
}
