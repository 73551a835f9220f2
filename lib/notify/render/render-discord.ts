import { clip } from '#lib/notify/clip.ts';
import { describeNotice } from '#lib/notify/describe-notice.ts';
import type { Notice } from '#lib/notify/notice.ts';

const red = 0xd0_30_30;
const green = 0x2e_a0_43;
const colors = { failure: red, overdue: red, recovered: green, success: green, test: 0x80_80_80 } as const;

/**
 * The body for a webhook of Discord. Limits of an embed: 256 characters of a title and of a field's name, 4,096 of the
 * description, 1,024 of a field's value, 25 fields, 6,000 in all. Nobody is mentioned, whatever the text says.
 */
export function renderDiscord(notice: Notice): object {
  const { title, message, facts, hint, link } = describeNotice(notice);
  return {
    username: 'Holdfast',
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: clip(title, { limit: 256 }),
        description: clip(message, { limit: 1_500 }),
        color: colors[notice.event],
        timestamp: notice.at,
        fields: facts.map(({ name, value }) => ({
          name,
          value: clip(value, { limit: 220 }),
          inline: value.length <= 40,
        })),
        ...(hint === '' ? {} : { footer: { text: clip(hint, { limit: 800 }) } }),
        ...(link === null ? {} : { url: link }),
      },
    ],
  };
}
