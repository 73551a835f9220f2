import type { Metadata } from 'next';
import { buildDocument } from '#app/openapi/build-document.ts';
import { inlineReferences } from '#app/openapi/inline-references.ts';
import { OperationCard } from '#app/openapi/operation-card.tsx';
import { sections } from '#app/openapi/operations.ts';
import { showSettings } from '#app/settings/settings-page.tsx';
import { CodeText } from '#app/ui/code-text.tsx';

export const metadata: Metadata = { title: 'API' };

/** The OpenAPI document as a page, made by the server. */
export default function ApiDocsPage() {
  const { info, paths, webhooks, components } = buildDocument();
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
          <section aria-label="Events to hear" className="grid gap-2">
            <h2 className="text-base font-semibold">Events to hear</h2>
            {Object.entries(webhooks ?? {}).map(([name, heard]) => (
              <OperationCard
                key={name}
                method="event"
                path={name}
                operation={inlineReferences(postOf(heard), components?.schemas ?? {})}
              />
            ))}
          </section>
        </>
      );
    },
  });
}

function postOf(heard: unknown): unknown {
  return typeof heard === 'object' && heard !== null ? Reflect.get(heard, 'post') : undefined;
}

function isOf(operation: unknown, tag: string): boolean {
  const tags: unknown = typeof operation === 'object' && operation !== null ? Reflect.get(operation, 'tags') : [];
  return Array.isArray(tags) && tags.includes(tag);
}
