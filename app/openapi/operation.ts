import type { z } from 'zod';

/** One answer of a route that is no problem. */
export interface Answered {
  description: string;
  /** Of JSON, or of what `type` names; none: the answer has no body that is described. */
  schema?: z.ZodType;
  /** The media types, where they are not `application/json` alone. */
  types?: readonly string[];
}

/** What the document says of one method of a route, beside what follows from the table of routes. */
export interface Operation {
  summary: string;
  description?: string;
  /** What the parts of the path in brackets are. */
  path?: Readonly<Record<string, string>>;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: { schema: z.ZodType; type?: string; required?: boolean; example?: unknown };
  answers: Readonly<Record<number, Answered>>;
  /** Statuses of problems that are not those of every route. */
  problems?: Readonly<Record<number, string>>;
}

/** By `METHOD /path`, as `app/http/routes.ts` spells it. */
export type Operations = Readonly<Record<string, Operation>>;
