import { type Inngest, InngestCommHandler, type InngestFunction } from 'inngest';
import { z } from 'zod';
import { type Memo, type RunErrorData, type RunState, runError } from './journal-record.ts';
import { type LocalFunction, parseLocalFunction } from './local-function.ts';

/** One call of a function: of one planned step, or (`key` is `step`) of the function to find out what comes next. */
export interface FunctionCall {
  run: RunState;
  key: string;
  /** Counts from zero. */
  attempt: number;
  maxAttempts: number;
}

/** An operation the SDK reports (`StepOpCode` of the SDK). */
const operation = z.object({
  id: z.string(),
  op: z.string(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
  opts: z.record(z.string(), z.unknown()).nullish(),
  data: z.unknown().optional(),
  error: z.unknown().optional(),
});
export type Operation = z.infer<typeof operation>;

/** What a call came to. `retryAfter` is a number of seconds or an HTTP or ISO date, as the function asked for it. */
export type CallResult = { retryAfter?: string | undefined; final: boolean } & (
  | { kind: 'returned'; data: unknown }
  | { kind: 'operations'; operations: Operation[] }
  | { kind: 'threw'; error: RunErrorData }
);

export interface CallProtocolOptions {
  client: Inngest.Any;
  functions: readonly InngestFunction.Any[];
}

/** The SDK's two sides a server talks to: registration and execution. */
export interface CallProtocol {
  register(): Promise<LocalFunction[]>;
  call(call: FunctionCall): Promise<CallResult>;
}

/** One request to the serve handler; `Request` objects would only be taken apart again. */
interface HandlerRequest {
  method: 'POST' | 'PUT';
  url: URL;
  headers: Record<string, string>;
  body: string;
}

interface HandlerAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const endpoint = 'http://local-runner.invalid/api/inngest';

/**
 * Speaks the SDK's call protocol (https://github.com/inngest/inngest/blob/main/docs/SDK_SPEC.md) to the functions'
 * own serve handler, in the process. `ctx.fn_id` is left out on purpose: without it the SDK does not checkpoint to a
 * server by itself, and every result comes back in the response.
 */
export function openCallProtocol({ client, functions }: CallProtocolOptions): CallProtocol {
  const handle = new InngestCommHandler({
    frameworkName: 'holdfast-local',
    client,
    functions,
    // Signatures keep strangers out of an HTTP endpoint; nobody but this process can reach this handler.
    skipSignatureValidation: true,
    handler: (request: HandlerRequest) => ({
      method: () => request.method,
      url: () => request.url,
      headers: (name: string) => request.headers[name],
      body: () => request.body,
      transformResponse: ({ status, headers, body }): HandlerAnswer => ({ status, headers, body }),
    }),
  }).createHandler();

  return {
    async register() {
      const answer = await handle({
        method: 'PUT',
        url: new URL(endpoint),
        headers: { 'content-type': 'application/json', 'x-inngest-sync-kind': 'in_band' },
        body: JSON.stringify({ url: endpoint }),
      });
      return z
        .object({ functions: z.array(z.unknown()) })
        .parse(JSON.parse(answer.body))
        .functions.map(parseLocalFunction);
    },
    async call(call) {
      const url = new URL(endpoint);
      url.searchParams.set('fnId', call.run.fn);
      url.searchParams.set('stepId', call.key);
      const headers = { 'content-type': 'application/json', 'x-inngest-req-version': '2' };
      return readAnswer(await handle({ method: 'POST', url, headers, body: callBody(call) }));
    },
  };
}

function callBody({ run, key, attempt, maxAttempts }: FunctionCall): string {
  // A planned step is called with what was known when it was planned, so a wide fan-out does not grow with its results.
  const stack = key === 'step' ? run.finished : run.finished.slice(0, run.pending[key]?.known);
  const steps: Record<string, Memo & { type: string }> = {};
  for (const id of stack) {
    const known = run.memos[id];
    if (known !== undefined) steps[id] = { type: 'error' in known ? 'error' : 'data', ...known };
  }
  return JSON.stringify({
    version: 2,
    event: run.event,
    events: [run.event],
    steps,
    ctx: {
      run_id: run.id,
      attempt,
      max_attempts: maxAttempts,
      disable_immediate_execution: key !== 'step',
      use_api: false,
      stack: { stack, current: stack.length },
    },
  });
}

function readAnswer({ status, headers, body: text }: HandlerAnswer): CallResult {
  const final = headers['x-inngest-no-retry'] === 'true';
  const retryAfter = headers['retry-after'];
  const body: unknown = JSON.parse(text);
  if (status === 200) return { kind: 'returned', data: body, final, retryAfter };
  if (status === 206) return { kind: 'operations', operations: z.array(operation).parse(body), final, retryAfter };
  return { kind: 'threw', error: readError(body), final, retryAfter };
}

/** Errors arrive as the SDK serialized them, as `{ error }` where the SDK itself could not go on, or were thrown here. */
export function readError(value: unknown): RunErrorData {
  if (value instanceof Error) return { name: value.name, message: value.message };
  const parsed = runError.safeParse(value);
  if (parsed.success) return parsed.data;
  const short = z.object({ error: z.string() }).safeParse(value);
  return { name: 'Error', message: short.data?.error ?? JSON.stringify(value ?? null) };
}
