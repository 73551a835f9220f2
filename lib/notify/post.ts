import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

/** How long a receiver may take for its whole answer. */
const patienceMs = 10_000;
/** What an answer may say of itself in a message. */
const mostSaid = 200;
/** RFC 9110 and 6585: time-out, too early, too many requests. All other 4xx stay what they are. */
const passing = new Set([408, 425, 429]);

export interface Posting {
  /** A secret: messages show its origin alone. */
  url: string;
  body: string;
  headers?: Record<string, string>;
  contentType?: string;
  patienceMs?: number;
}

/**
 * Posts once, follows no redirect (a secret URL or signature is for its receiver alone), and answers the status.
 * @throws UnavailableError where another attempt may help (no answer, 5xx, 408, 425, 429 with its `Retry-After`),
 * RefusedError where none will, UsageError where the URL is none. No message holds the URL's path or query.
 */
export async function post(posting: Posting): Promise<number> {
  const url = URL.parse(posting.url);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError('The URL is not one of http or https.', {
      code: 'bad_channel_url',
      hint: 'Look at the variable it comes from: the whole URL, with https://, and nothing else.',
    });
  }
  const headers = { 'content-type': posting.contentType ?? 'application/json', ...posting.headers, ...loginOf(url) };
  url.username = '';
  url.password = '';
  const signal = AbortSignal.timeout(posting.patienceMs ?? patienceMs);
  try {
    const response = await fetch(url, { method: 'POST', body: posting.body, headers, redirect: 'manual', signal });
    const says = await readStart(response);
    if (response.ok) return response.status;
    throw toError(response, { origin: url.origin, says });
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    throw new UnavailableError(`${url.origin} does not answer: ${reasonOf(cause)}.`, {
      code: 'receiver_unreachable',
      hint: 'Look whether the address is right and can be reached from here.',
      cause,
    });
  }
}

/** fetch takes no URL with a login in it. */
function loginOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

function toError(response: Response, { origin, says }: { origin: string; says: string }): HoldfastError {
  const { status } = response;
  const answered = `${origin} answered ${status}${says === '' ? '' : `: ${says}`}.`;
  if (status >= 500 || passing.has(status)) {
    const retryAfterMs = Number(response.headers.get('retry-after') ?? Number.NaN) * 1_000;
    return new UnavailableError(answered, {
      code: 'receiver_busy',
      hint: 'It is tried again.',
      retryAfterMs: Number.isFinite(retryAfterMs) ? retryAfterMs : undefined,
    });
  }
  if (status >= 300 && status < 400) {
    return new RefusedError(`${origin} redirects (${status}), and redirects are not followed.`, {
      code: 'receiver_redirects',
      hint: 'Configure the URL it leads to.',
    });
  }
  return new RefusedError(answered, {
    code: 'receiver_refused',
    hint: 'Look whether the URL and the secret are still those of the receiver.',
  });
}

/** The beginning of an answer, on one line; the rest is not read. */
async function readStart({ body }: Response): Promise<string> {
  if (body === null) return '';
  let text = '';
  for await (const part of body) {
    text += Buffer.from(part).toString('utf8');
    if (text.length > mostSaid) break;
  }
  return text.slice(0, mostSaid).replaceAll(/\s+/g, ' ').trim();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return 'no answer in time';
  const inner = error.cause;
  if (inner instanceof Error) return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message;
  return error.message;
}
