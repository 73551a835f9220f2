/** The only way a connection string is shown: `postgres://user:***@host:port/db`, without parameters. */
export function maskUrl(url: string): string {
  try {
    const { username, host, pathname } = new URL(url);
    const user = username ? `${decodeURIComponent(username)}:***@` : '';
    return `postgres://${user}${host}${decodeURIComponent(pathname)}`;
  } catch {
    // Not a URL at all: nothing of it can be told apart from a secret.
    return 'postgres://***';
  }
}

/** A password of one or two characters keeps nobody out, and masking it would tear every text apart. */
const shortestSecret = 3;

/** `text` with every password of the given URLs, plain or percent-encoded, replaced by `***`. */
export function maskSecrets(text: string, urls: Iterable<string>): string {
  let masked = text;
  for (const url of urls) {
    for (const secret of secretsOf(url)) masked = masked.replaceAll(secret, '***');
  }
  return masked;
}

function secretsOf(url: string): string[] {
  try {
    const { password, searchParams } = new URL(url);
    // libpq and pg take a password among the parameters too.
    const others = ['password', 'sslpassword'].flatMap((name) => searchParams.getAll(name));
    const encoded = others.map(encodeURIComponent);
    return [password, decodeURIComponent(password), ...others, ...encoded].filter(
      ({ length }) => length >= shortestSecret,
    );
  } catch {
    // Not a URL, or an escape that is none: the whole of it is taken for a secret.
    return [url];
  }
}
