import type { Channel, Secret } from '#lib/config/channel.ts';
import { hideSecrets } from './hide-secrets.ts';
import type { Notice } from './notice.ts';
import { post } from './post.ts';
import { renderDiscord } from './render/render-discord.ts';
import { renderSlack } from './render/render-slack.ts';
import { signWebhook } from './render/render-webhook.ts';
import { requireSecret } from './require-secret.ts';
import { sendMail } from './send-mail.ts';

/**
 * Sends a notice by a channel once and answers in one line what the receiver said. Sending it again is harmless: its id
 * is the same. @throws UnavailableError where another attempt may help, else RefusedError or UsageError; none of them
 * holds a secret of the channel.
 */
export async function deliverNotice(channel: Channel, notice: Notice, now = new Date()): Promise<string> {
  try {
    return hide(channel, await send(channel, { notice, now }));
  } catch (cause) {
    if (cause instanceof Error) cause.message = hide(channel, cause.message);
    throw cause;
  }
}

async function send(channel: Channel, { notice, now }: { notice: Notice; now: Date }): Promise<string> {
  if (channel.kind === 'email') return sendMail(channel, notice);
  const url = requireSecret(channel.url);
  if (channel.kind === 'webhook') {
    const secret = requireSecret(channel.secret);
    const { body, headers } = signWebhook(notice, { secret, from: channel.secret.from, now });
    return `answered ${await post({ url, body, headers })}`;
  }
  const body = JSON.stringify(channel.kind === 'slack' ? renderSlack(notice) : renderDiscord(notice));
  return `answered ${await post({ url, body })}`;
}

function hide(channel: Channel, text: string): string {
  return hideSecrets(
    text,
    secretsOf(channel).flatMap(({ value }) => value ?? []),
  );
}

function secretsOf(channel: Channel): Secret[] {
  if (channel.kind === 'email') return channel.login === null ? [] : [channel.login.password];
  return channel.kind === 'webhook' ? [channel.url, channel.secret] : [channel.url];
}
