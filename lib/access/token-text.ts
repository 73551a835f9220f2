import { createHash, randomBytes } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const tokenText = /^hf_([a-z2-7]{12})_([A-Za-z0-9_-]{43})$/;

/** A new token `hf_<id>_<secret>`: an id of 60 random bits and a secret of 256. */
export function mintTokenText(): { id: string; text: string } {
  const id = [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length] ?? 'a').join('');
  return { id, text: `hf_${id}_${randomBytes(32).toString('base64url')}` };
}

/** The id in a text that has the form of a token, `undefined` for any other text. */
export function parseTokenText(text: string): { id: string } | undefined {
  const id = tokenText.exec(text)?.[1];
  return id === undefined ? undefined : { id };
}

/** Whether a text has the form of a token's id. */
export function isTokenId(text: string): boolean {
  return /^[a-z2-7]{12}$/.test(text);
}

/** What is kept of a token. */
export function hashTokenText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
