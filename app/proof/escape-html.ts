/** HTML that is safe to send: everything put into it is escaped, but for HTML of the same making. */
export interface Html {
  html: string;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template of HTML; lists are joined. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const parts = strings.map((text, index) => {
    const value = values[index];
    return `${text}${value === undefined ? '' : render(value)}`;
  });
  return { html: parts.join('') };
}

function render(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'object') return 'html' in value ? value.html : value.map(render).join('');
  return String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
