import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { outcomes, runSkipped } from '#inngest/events.ts';

const carried = 'Carried by Inngest, to functions that have it as their trigger.';
const outcome = runSkipped.schema.meta({ id: 'Outcome', description: 'How a run has ended.' });

/** The events that tell how runs have ended, by their names, as the document has them. */
export const webhooks: ZodOpenApiPathsObject = Object.fromEntries(
  [...Object.values(outcomes).flatMap(({ completed, failed }) => [completed, failed]), runSkipped].map(({ name }) => [
    name,
    {
      post: {
        operationId: name.replaceAll(/\W+(\w)/g, (_, c: string) => c.toUpperCase()),
        summary: summaryOf(name),
        description:
          name === runSkipped.name
            ? `${carried} No webhook of \`notify\` tells it.`
            : `${carried} Without Inngest a signed webhook of \`notify\` tells how the run has ended.`,
        requestBody: {
          required: true,
          content: { 'application/json': { schema: z.object({ name: z.literal(name), data: outcome }) } },
        },
        responses: { 200: { description: 'What Inngest is told by who hears it.' } },
      },
    },
  ]),
);

function summaryOf(name: string): string {
  const [kind = '', ending = ''] = name.replace('holdfast/', '').split('.');
  if (ending === 'skipped')
    return 'A schedule’s time had come while a run of its kind was under way: nothing was begun';
  return ending === 'completed'
    ? `A run of kind ${kind} came to a good end`
    : `A run of kind ${kind} came to no good end`;
}
