import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { listenOnFreePort } from './listen-on-free-port.ts';

/** A certificate for 127.0.0.1, its own authority, and its key: of these tests alone, good for a hundred years. */
const certificates = join(import.meta.dirname, '..', 'fixtures', 'mail');
export const mailCertificate = join(certificates, 'cert.pem');
export const mailKey = join(certificates, 'key.pem');

/** A mail as the server took it. */
interface TakenMail {
  from: string;
  to: string[];
  source: string;
  secure: boolean;
  user: string | undefined;
}

export interface MailServer extends AsyncDisposable {
  port: number;
  mails: TakenMail[];
}

export const mailLogin = { user: 'holdfast', password: 'mail-p4ssword' };

/**
 * A real SMTP server with a certificate for 127.0.0.1. It wants a login unless `login` is false, and takes
 * mail for every address that does not begin with `nobody`.
 */
export async function openMailServer(options: {
  secure?: boolean;
  login?: boolean;
  tls?: boolean;
}): Promise<MailServer> {
  const mails: TakenMail[] = [];
  const { secure = false, login = true, tls = true } = options;
  const settings: SMTPServerOptions = {
    secure,
    key: await readFile(mailKey),
    cert: await readFile(mailCertificate),
    logger: false,
    authOptional: !login,
    ...(tls ? {} : { hideSTARTTLS: true }),
    disabledCommands: login ? [] : ['AUTH'],
    onAuth({ username, password }, _session, done) {
      if (username === mailLogin.user && password === mailLogin.password) return done(null, { user: username });
      done(new Error(`Invalid login for ${username}`));
    },
    onRcptTo({ address }, _session, done) {
      if (!address.startsWith('nobody')) return done();
      done(Object.assign(new Error('No such mailbox'), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      void text(stream).then((source) => {
        const from = mailFrom === false ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        mails.push({ from, to, source, secure: session.secure, user: session.user ? String(session.user) : undefined });
        done();
      });
    },
  };
  const server = new SMTPServer(settings);
  const port = await listenOnFreePort(server.server);
  return {
    ...{ port, mails },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A server that takes connections and never says a word. */
export async function openSilentServer(): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  const port = await listenOnFreePort(server);
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
