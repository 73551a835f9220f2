import { answer } from '#app/http/answer.ts';
import { audited } from '#app/http/audited.ts';
import { readJson } from '#app/http/read-body.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { chooseChannels, testChannels } from '#lib/notify/test-channels.ts';
import { testBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: a receiver that does not answer is waited for. */
export const maxDuration = 60;

const hint = 'Send {} for every channel, or {"channel": "slack"}.';

/** Sends a test message: `{ id, channels: [{ channel, kind, delivered, detail, hint }] }`. */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'settings' }, async (caller) => {
    const { channel } = await readJson(request, testBody, hint);
    const { alarms } = await loadConfig();
    const channels = chooseChannels(alarms.channels, channel);
    return audited(caller, { what: 'test-notification', object: channel ?? null }, () =>
      testChannels(channels, alarms.publicUrl),
    );
  });
}
