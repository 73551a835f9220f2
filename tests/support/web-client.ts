/** An answer as it came: no redirect is followed. */
export interface WebAnswer {
  url: string;
  status: number;
  headers: Headers;
  text: string;
}

/** What a browser does with cookies and redirects, and nothing else of it. */
export class WebClient {
  /** By origin, then by name. */
  readonly #cookies = new Map<string, Map<string, string>>();

  cookie(origin: string, name: string): string | undefined {
    return this.#cookies.get(origin)?.get(name);
  }

  setCookie(origin: string, name: string, value: string): void {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar.set(name, value));
  }

  async send(url: string, init: RequestInit = {}): Promise<WebAnswer> {
    const { origin } = new URL(url);
    const headers = new Headers(init.headers);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /max-age=0(;|$)/i.test(cookie) || /expires=thu, 01 jan 1970/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    this.#cookies.set(origin, jar);
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Sends a form as a page of the server does. */
  submit(url: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<WebAnswer> {
    const own = { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' };
    return this.send(url, { method: 'POST', body: new URLSearchParams(fields), headers: { ...own, ...headers } });
  }

  /** Follows redirects up to the address that begins with `until`, or to the end; answers every step. */
  async follow(url: string, until?: string): Promise<WebAnswer[]> {
    const steps: WebAnswer[] = [];
    for (let next: string | undefined = url; next !== undefined && steps.length < 15; ) {
      const step: WebAnswer = await this.send(next);
      steps.push(step);
      const location = step.status >= 300 && step.status < 400 ? step.headers.get('location') : null;
      next = location === null ? undefined : new URL(location, next).href;
      if (next !== undefined && until !== undefined && next.startsWith(until)) {
        steps.push({ url: next, status: 0, headers: new Headers(), text: '' });
        break;
      }
    }
    return steps;
  }
}
