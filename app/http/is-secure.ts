import { loadConfig } from '#lib/config/load-config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { cameByTls } from './same-origin.ts';

/**
 * Whether the client is to send its cookies over TLS alone: it came by TLS, or the config says that the console is
 * reached so. A proxy that ends TLS need not tell, and a cookie that is not `Secure` goes out over plain HTTP too.
 */
export async function isSecure(headers: Headers): Promise<boolean> {
  return cameByTls(headers) || (await readPublicUrl())?.startsWith('https:') === true;
}

async function readPublicUrl(): Promise<string | null> {
  try {
    return (await loadConfig()).access.publicUrl;
  } catch (cause) {
    // A config that cannot be used is told by the door; without one nobody gets a cookie.
    if (!(cause instanceof HoldfastError)) throw cause;
    return null;
  }
}
