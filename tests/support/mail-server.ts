import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { listenOnFreePort } from './listen-on-free-port.ts';

/** A mail as the server took it. */
export interface TakenMail {
  from: string;
  to: string[];
  source: string;
  secure: boolean;
  user: string | undefined;
}

export interface MailServer extends AsyncDisposable {
  port: number;
  /** The authority of its certificate, for `caFile`. */
  caFile: string;
  mails: TakenMail[];
}

export const mailLogin = { user: 'holdfast', password: 'mail-p4ssword' };

/**
 * A real SMTP server with a certificate of its own for 127.0.0.1. It wants a login unless `login` is false, and takes
 * mail for every address that does not begin with `nobody`.
 */
export async function openMailServer(options: {
  secure?: boolean;
  login?: boolean;
  tls?: boolean;
}): Promise<MailServer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-mail-'));
  const [key, caFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...request, '-keyout', key, '-out', caFile], { stdio: 'ignore' });
  const mails: TakenMail[] = [];
  const { secure = false, login = true, tls = true } = options;
  const settings: SMTPServerOptions = {
    secure,
    key: await readFile(key),
    cert: await readFile(caFile),
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
    ...{ port, caFile, mails },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
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
