import { randomBytes } from 'node:crypto';

/**
 * The content security policy of a page with a nonce of its own: only scripts and styles that carry it, or that such a
 * script loads, are run; nothing of another host; in no frame (W3C CSP Level 3; Next.js, "Content Security Policy").
 */
export function pagePolicy({ secure }: { secure: boolean }): { nonce: string; policy: string } {
  const nonce = randomBytes(16).toString('base64');
  // biome-ignore lint/style/noProcessEnv: the bundler puts the mode in the place of these very words; in development React evaluates text to show where an error is from.
  const forDevelopment = process.env['NODE_ENV'] === 'development' ? ["'unsafe-eval'"] : [];
  const directives: [string, ...string[]][] = [
    ['default-src', "'self'"],
    ['script-src', "'self'", `'nonce-${nonce}'`, "'strict-dynamic'", ...forDevelopment],
    ['style-src', "'self'", ...(forDevelopment.length > 0 ? ["'unsafe-inline'"] : [`'nonce-${nonce}'`])],
    ['img-src', "'self'", 'data:', 'blob:'],
    ['object-src', "'none'"],
    ['base-uri', "'none'"],
    ['form-action', "'self'"],
    ['frame-ancestors', "'none'"],
  ];
  const secured = secure ? [...directives, ['upgrade-insecure-requests']] : directives;
  return { nonce, policy: secured.map((words) => words.join(' ')).join('; ') };
}
