import { clip } from '#lib/notify/clip.ts';
import { describeNotice } from '#lib/notify/describe-notice.ts';
import type { Notice } from '#lib/notify/notice.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A mail as plain text and as HTML without style sheets, images or scripts. */
export function renderEmail(notice: Notice): { subject: string; text: string; html: string } {
  const { title, message, facts, hint, link } = describeNotice(notice);
  const width = Math.max(...facts.map(({ name }) => name.length), 0);
  const lines = [
    message,
    '',
    ...facts.map(({ name, value }) => `${name.padEnd(width)}  ${value}`),
    ...(hint === '' ? [] : ['', hint]),
    ...(link === null ? [] : ['', link]),
  ];
  const rows = facts.map(({ name, value }) => `<tr><td><b>${encode(name)}</b></td><td>${encode(value)}</td></tr>`);
  const html = [
    `<h3>${encode(title)}</h3>`,
    `<p>${encode(message)}</p>`,
    ...(rows.length > 0 ? [`<table>${rows.join('')}</table>`] : []),
    ...(hint === '' ? [] : [`<p><i>${encode(hint)}</i></p>`]),
    ...(link === null ? [] : [`<p><a href="${encode(link)}">${encode(link)}</a></p>`]),
  ];
  return { subject: clip(`[holdfast] ${title}`, { limit: 200 }), text: `${lines.join('\n')}\n`, html: html.join('\n') };
}

function encode(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
