import { z } from 'zod';
import { UsageError } from '#lib/errors/usage-error.ts';
import { acceptedEvents } from './accepted-events.ts';

/** Their names, and the schemas of their data. */
export const eventSchemas = acceptedEvents.map(({ event: { name, schema } }) => ({
  name,
  schema: z.strictObject(withoutParent(schema.shape)),
}));
const schemas = new Map<string, z.ZodType<Record<string, unknown>>>(
  eventSchemas.map(({ name, schema }) => [name, schema]),
);

/** Only a run makes another one a part of itself. */
function withoutParent(shape: z.ZodRawShape): z.ZodRawShape {
  return Object.fromEntries(Object.entries(shape).filter(([field]) => field !== 'parent'));
}

const envelope = z.strictObject({ name: z.string(), data: z.unknown(), id: z.string().min(1).max(200).optional() });
const body = z.array(envelope).min(1).max(100);

/** An event that may be sent. */
export interface AcceptedEvent {
  name: string;
  data: Record<string, unknown>;
  id?: string;
}

/** The events of a request's body. @throws UsageError that names what does not parse. */
export function parseEvents(text: string): AcceptedEvent[] {
  return parse(body, [parseJson(text)].flat(), 'The body').map(({ name, data, id }) => {
    const schema = schemas.get(name);
    if (schema === undefined) {
      throw new UsageError(`The event ${JSON.stringify(name)} is not one to be sent here.`, {
        code: 'unknown_event',
        hint: `Send one of: ${[...schemas.keys()].join(', ')}.`,
      });
    }
    const event = { name, data: parse(schema, data, `The data of ${name}`) };
    return id === undefined ? event : { ...event, id };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed('The body is not JSON', cause);
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformed(`${what} does not parse: ${z.prettifyError(parsed.error)}`, parsed.error);
}

function malformed(message: string, cause: unknown): UsageError {
  return new UsageError(message, {
    code: 'bad_event',
    hint: 'Send {"name": "holdfast/backup.requested", "data": {"connection": "production"}}, or a list of such.',
    cause,
  });
}
