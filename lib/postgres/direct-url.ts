/**
 * The URL that reaches the server itself where `url` names Neon's pooler: its host is the direct one with `-pooler`
 * behind the endpoint id (Neon manual, "Connection pooling"). Any other URL comes back as it is.
 */
export function planDirectUrl(url: string): { url: string; rewritten: boolean } {
  const parsed = URL.parse(url);
  if (parsed === null || !/^ep-[a-z0-9-]+-pooler\./.test(parsed.hostname)) return { url, rewritten: false };
  parsed.hostname = parsed.hostname.replace('-pooler.', '.');
  return { url: parsed.href, rewritten: true };
}
