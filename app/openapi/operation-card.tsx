import { z } from 'zod';
import { CodeText } from '#app/ui/code-text.tsx';
import { describeSchema } from './describe-schema.ts';

const contentSchema = z.record(
  z.string(),
  z.object({ schema: z.unknown().optional(), example: z.unknown().optional() }),
);
const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string(),
  parameters: z
    .array(
      z.object({
        in: z.string(),
        name: z.string(),
        required: z.boolean().optional(),
        description: z.string().optional(),
        schema: z.unknown().optional(),
      }),
    )
    .default([]),
  requestBody: z.object({ required: z.boolean().optional(), content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: contentSchema.optional() })),
});

interface OperationCardProps {
  method: string;
  path: string;
  operation: unknown;
}

/** One operation of the document, folded to its first line. */
export function OperationCard({ method, path, operation }: OperationCardProps) {
  const { operationId, summary, description, parameters, requestBody, responses } = operationSchema.parse(operation);
  return (
    <details id={operationId} className="rounded-lg border border-line bg-surface">
      <summary className="cursor-pointer px-4 py-2.5 text-sm">
        <span className="font-mono text-xs font-semibold uppercase">{method}</span>{' '}
        <span className="font-mono text-xs break-all">{path}</span> <span className="text-quiet">{summary}</span>
      </summary>
      <div className="grid gap-4 border-t border-line p-4 text-sm">
        {description.split('\n\n').map((paragraph) => (
          <p key={paragraph}>
            <CodeText text={paragraph} />
          </p>
        ))}
        {parameters.length > 0 && (
          <Part title="Parameters">
            <ul className="grid gap-1">
              {parameters.map(({ in: place, name, required, description: about, schema }) => (
                <li key={`${place} ${name}`} className="break-words">
                  <code className="font-mono text-xs">{name}</code> ({place}
                  {required === true ? ', required' : ''}): {describeSchema(schema)}
                  {about === undefined ? '' : '. '}
                  <CodeText text={about ?? ''} />
                </li>
              ))}
            </ul>
          </Part>
        )}
        {requestBody !== undefined && (
          <Part title={requestBody.required === true ? 'Body' : 'Body, if any'}>
            <Content content={requestBody.content} />
          </Part>
        )}
        <Part title="Answers">
          <ul className="grid gap-2">
            {Object.entries(responses).map(([status, { description: about, content }]) => (
              <li key={status}>
                <span className="font-mono text-xs font-semibold">{status}</span> <CodeText text={about} />
                {Number(status) < 400 && content !== undefined && <Content content={content} />}
              </li>
            ))}
          </ul>
        </Part>
      </div>
    </details>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="grid gap-1.5">
      <h3 className="text-xs font-medium text-quiet">{title}</h3>
      {children}
    </div>
  );
}

/** Shapes and examples; a long one scrolls in itself, also by the keyboard. */
function Content({ content }: { content: z.infer<typeof contentSchema> }) {
  return Object.entries(content).map(([type, { schema, example }]) => (
    <div key={type} className="mt-1 grid min-w-0 gap-1">
      <p className="font-mono text-xs text-quiet">{type}</p>
      {schema !== undefined && <Code label={`Shape of ${type}`} text={describeSchema(schema)} />}
      {example !== undefined && <Code label="Example" text={JSON.stringify(example, null, 2)} />}
    </div>
  ));
}

function Code({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <section tabIndex={0} aria-label={label} className="overflow-x-auto rounded-md bg-sunken p-3">
      <pre className="font-mono text-xs">{text}</pre>
    </section>
  );
}
