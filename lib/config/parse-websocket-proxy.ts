import { UsageError } from '#lib/errors/usage-error.ts';

/**
 * The URL of a WebSocket-to-PostgreSQL proxy as connections carry it, from `host:port/path` with or without `ws://` or
 * `wss://`. Without a scheme it is `wss`, and `ws` on this machine. `what` names it in the message.
 * @throws UsageError where it does not parse, and where passwords and rows would leave this machine in the clear.
 */
export function parseWebSocketProxy(text: string, what: string): string {
  const trimmed = text.trim();
  const url = URL.parse(/^[a-z]+:\/\//i.test(trimmed) ? trimmed : `wss://${trimmed}`);
  const plain = url !== null && /^wss?:$/.test(url.protocol) && url.username === '' && url.search === '';
  if (!plain || url.hostname === '') {
    throw new UsageError(`${what} is not the address of a WebSocket proxy: ${JSON.stringify(text)}`, {
      code: 'bad_websocket_proxy',
      hint: 'Write host:port/path, for example proxy.example.com/v1; the database’s own address is added to it.',
    });
  }
  const local = isLoopback(url.hostname);
  if (local && !/^wss:/i.test(trimmed)) url.protocol = 'ws:';
  if (url.protocol === 'ws:' && !local) {
    throw new UsageError(`${what} is not encrypted, and ${url.hostname} is another machine.`, {
      code: 'insecure_websocket_proxy',
      hint: 'Write wss://, with a proxy that speaks TLS; ws:// is for a proxy on this machine.',
    });
  }
  return url.href.replace(/\/$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
