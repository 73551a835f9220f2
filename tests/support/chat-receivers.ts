import { z } from 'zod';
import { openReceiver, type Received, type WebhookReceiver } from './webhook-receiver.ts';

const slackText = (max: number) =>
  z
    .strictObject({ type: z.enum(['mrkdwn', 'plain_text']), text: z.string().min(1).max(max) })
    .refine(({ text }) => !/&(?!amp;|lt;|gt;)/.test(text), 'an ampersand that is not escaped');

/** Slack's documented shape of a message for an incoming webhook, as far as Block Kit's sections and contexts go. */
const slackMessage = z.strictObject({
  text: z.string().min(1).max(40_000),
  unfurl_links: z.boolean(),
  unfurl_media: z.boolean(),
  blocks: z
    .array(
      z.discriminatedUnion('type', [
        z
          .strictObject({
            type: z.literal('section'),
            text: slackText(3_000).optional(),
            fields: z.array(slackText(2_000)).min(1).max(10).optional(),
          })
          .refine(({ text, fields }) => text !== undefined || fields !== undefined),
        z.strictObject({ type: z.literal('context'), elements: z.array(slackText(2_000)).min(1).max(10) }),
      ]),
    )
    .max(50),
});

/** Discord's documented shape of Execute Webhook with its limits. */
const discordMessage = z.strictObject({
  username: z.string().min(1).max(80),
  allowed_mentions: z.strictObject({ parse: z.array(z.string()).max(0) }),
  embeds: z
    .array(
      z.strictObject({
        title: z.string().min(1).max(256),
        description: z.string().max(4_096),
        color: z.int().min(0).max(0xff_ff_ff),
        timestamp: z.iso.datetime(),
        url: z.url().optional(),
        footer: z.strictObject({ text: z.string().min(1).max(2_048) }).optional(),
        fields: z
          .array(
            z.strictObject({
              name: z.string().min(1).max(256),
              value: z.string().min(1).max(1_024),
              inline: z.boolean(),
            }),
          )
          .max(25),
      }),
    )
    .max(10)
    .refine((embeds) => embeds.reduce((sum, embed) => sum + lengthOf(embed), 0) <= 6_000, 'more than 6,000 characters'),
});

function lengthOf(embed: {
  title: string;
  description: string;
  footer?: { text: string } | undefined;
  fields: { name: string; value: string }[];
}): number {
  const fields = embed.fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  return embed.title.length + embed.description.length + (embed.footer?.text.length ?? 0) + fields;
}

/** A receiver that takes and refuses what Slack does: the token in the path, JSON, the limits; it answers `ok`. */
export function openSlack(token: string): Promise<WebhookReceiver> {
  return openReceiver(({ path, headers, body }) => {
    if (path !== `/services/${token}`) return { status: 404, body: 'no_service' };
    const isMessage = headers['content-type'] === 'application/json' && slackMessage.safeParse(toJson(body)).success;
    return isMessage ? { status: 200, body: 'ok' } : { status: 400, body: 'invalid_blocks' };
  });
}

/** A receiver that takes and refuses what Discord does; it answers 204. */
export function openDiscord(token: string): Promise<WebhookReceiver> {
  return openReceiver(({ path, body }: Received) => {
    if (path !== `/api/webhooks/1/${token}`) return { status: 401, body: '{"message": "Invalid Webhook Token"}' };
    if (discordMessage.safeParse(toJson(body)).success) return { status: 204 };
    return { status: 400, body: '{"message": "Invalid Form Body", "code": 50035}' };
  });
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
