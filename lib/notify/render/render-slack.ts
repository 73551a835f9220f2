import { clip } from '#lib/notify/clip.ts';
import { describeNotice } from '#lib/notify/describe-notice.ts';
import type { Notice } from '#lib/notify/notice.ts';

/** Slack manual, "Formatting text for app surfaces": the three characters that control it; nothing else is special. */
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const icons = {
  failure: ':red_circle:',
  overdue: ':red_circle:',
  recovered: ':large_green_circle:',
  success: ':large_green_circle:',
  test: ':white_circle:',
} as const;

/**
 * The body for an incoming webhook. Limits of Block Kit: 150 characters of a header, 3,000 of a section's text, 2,000 of
 * a field, 10 fields of a section, 50 blocks of a message. `text` is what notifications show.
 */
export function renderSlack(notice: Notice): object {
  const { title, message, facts, hint, link } = describeNotice(notice);
  const fields = facts.map(({ name, value }) => markdown(value, 1_900, { before: `*${name}*\n` }));
  const sections = [fields.slice(0, 10), fields.slice(10, 20)].filter(({ length }) => length > 0);
  return {
    text: `${escapeSlack(title, 300)}: ${escapeSlack(message, 1_000)}`,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'section', text: markdown(title, 250, { before: `${icons[notice.event]} *`, after: '*' }) },
      { type: 'section', text: markdown(message, 2_900) },
      ...sections.map((part) => ({ type: 'section', fields: part })),
      ...(hint === '' ? [] : [{ type: 'context', elements: [markdown(hint, 1_900)] }]),
      ...(link === null ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: `<${link}|See the run>` } }]),
    ],
  };
}

function markdown(text: string, limit: number, around: { before?: string; after?: string } = {}): object {
  return { type: 'mrkdwn', text: `${around.before ?? ''}${escapeSlack(text, limit)}${around.after ?? ''}` };
}

function escapeSlack(text: string, limit: number): string {
  return clip(text, { limit, encode: (character) => entities[character] ?? character });
}
