import { UsageError } from '#lib/errors/usage-error.ts';

/** Where the console is reached, without a slash at the end; `null` where nobody says. @throws UsageError. */
export function resolvePublicUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') {
    return url.href.replace(/\/+$/, '');
  }
  // The text is not shown: a login in it is a secret.
  throw new UsageError('HOLDFAST_URL, or publicUrl of the config, is no http address without login and query.', {
    code: 'bad_public_url',
    hint: 'Write where the console is reached, for example https://holdfast.example.com.',
  });
}
