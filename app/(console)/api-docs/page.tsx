import type { Metadata } from 'next';
import { buildDocument } from '#app/openapi/build-document.ts';
import { OperationCard } from '#app/openapi/operation-card.tsx';
import { sections } from '#app/openapi/operations.ts';
import { showSettings } from '#app/settings/settings-page.tsx';
import { CodeText } from '#app/ui/code-text.tsx';

export const metadata: Metadata = { title: 'API' };

/** The OpenAPI document as a page, made by the server. */
export default function ApiDocsPage() {
  const { info, paths } = buildDocument();
  return showSettings('/api-docs', {
    about: (
      <>
        <CodeText text={info.description ?? ''} />{' '}
        <a className="underline" href="/api/v1/openapi.json">
          OpenAPI 3.1 as JSON
        </a>
      </>
    ),
    render: async () => {
      const described = Object.entries(paths ?? {}).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      );
      return (
        <>
          {sections.map(({ title }) => (
            <section key={title} aria-label={title} className="grid gap-2">
              <h2 className="text-base font-semibold">{title}</h2>
              {described
                .filter(({ operation }) => isOf(operation, title))
                .map(({ path, method, operation }) => (
                  <OperationCard key={`${method} ${path}`} {...{ path, method, operation }} />
                ))}
            </section>
          ))}
        </>
      );
    },
  });
}

function isOf(operation: unknown, tag: string): boolean {
  const tags: unknown = typeof operation === 'object' && operation !== null ? Reflect.get(operation, 'tags') : [];
  return Array.isArray(tags) && tags.includes(tag);
}
