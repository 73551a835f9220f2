import { readFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import type { EmailChannel } from '#lib/config/channel.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Notice } from './notice.ts';
import { renderEmail } from './render/render-email.ts';
import { requireSecret } from './require-secret.ts';

const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 15_000, dnsTimeout: 10_000 };

/**
 * Sends the notice once and answers what the server said. The message's id stays the same for every attempt.
 * @throws UnavailableError (no connection, no answer, 4xx), RefusedError (login, address or message refused, a
 * certificate that does not hold, no TLS where it is asked for), UsageError (a variable or file that is missing).
 */
export async function sendMail(channel: EmailChannel, notice: Notice): Promise<string> {
  const { host, port, tls, login, from, to, caFile } = channel;
  const ca = caFile === null ? undefined : await readAuthority(caFile);
  const transport = createTransport({
    ...{ host, port, ...patience },
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(login === null ? {} : { auth: { user: requireSecret(login.user), pass: requireSecret(login.password) } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    // Nothing of a message is read from a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = await transport.sendMail({
      ...renderEmail(notice),
      ...{ from, to: [...to], messageId: `<${notice.id}@holdfast>`, date: new Date(notice.at) },
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    const refused = sent.rejected.map(String);
    return refused.length === 0 ? oneLine(sent.response) : `taken, but not for ${refused.join(', ')}`;
  } catch (cause) {
    throw toError(cause, `${host}:${port}`);
  } finally {
    transport.close();
  }
}

async function readAuthority(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}, the caFile of a mail channel.`, {
      code: 'ca_file_unreadable',
      hint: 'Name a PEM file that this process may read.',
      cause,
    });
  }
}

function toError(cause: unknown, server: string): HoldfastError {
  if (cause instanceof HoldfastError) return cause;
  const says = cause instanceof Error ? oneLine(cause.message) : 'unknown';
  const answered = field(cause, 'responseCode');
  const code = field(cause, 'code');
  const isFinal = typeof answered === 'number' ? answered >= 500 : isFinalCode(code) || isCertificate(says);
  if (!isFinal) {
    const hint = 'It is tried again; look whether the mail server can be reached from here.';
    return new UnavailableError(`The mail server ${server}: ${says}.`, { code: 'mail_unreachable', hint, cause });
  }
  return new RefusedError(`The mail server ${server} refused: ${says}.`, {
    code: 'mail_refused',
    hint: 'Look at `tls`, the login, `from` and `to` of the channel.',
    cause,
  });
}

/** Codes of nodemailer (lib/errors.js) that another attempt does not change. */
function isFinalCode(code: unknown): boolean {
  return ['EAUTH', 'ENOAUTH', 'EENVELOPE', 'EMESSAGE', 'ETLS', 'EREQUIRETLS'].includes(String(code));
}

/** What TLS says of a certificate that does not hold; nodemailer gives all of it the code ESOCKET. */
function isCertificate(says: string): boolean {
  return /certificate|altnames|wrong version number/i.test(says);
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

function oneLine(text: string): string {
  return text.slice(0, 300).replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}
