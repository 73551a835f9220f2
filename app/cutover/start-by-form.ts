import { redirectTo } from '#app/access/session-response.ts';
import { authorize } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import { toProblem } from '#app/http/problem.ts';
import { readBody } from '#app/http/read-body.ts';
import type { Action } from '#lib/access/may.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { writeStartProblem } from './start-problem.ts';

const mostBytes = 256 * 1024;
const noRights = new Set(['forbidden', 'out_of_scope']);

interface StartByForm<C> {
  action: Action;
  /** The choice that the fields of the form make. */
  parse: (fields: Record<string, string | string[]>) => C;
  start: (caller: Caller, choice: C) => Promise<{ run: string | null }>;
  /** The page to come back to where it was refused; `problem` is for its address. */
  comeBack: (choice: C, problem: string) => string;
}

/** Answers the form of a guided page: goes to the run that was begun, or back to the page with why none was. */
export async function startByForm<C>(request: Request, form: StartByForm<C>): Promise<Response> {
  try {
    const caller = await authorize(request, { action: form.action, connections: 'later' });
    const choice = form.parse(fieldsOf(new URLSearchParams(await readBody(request, { maxBytes: mostBytes }))));
    try {
      const { run } = await form.start(caller, choice);
      return redirectTo(run === null ? '/runs' : `/runs/${run}`);
    } catch (cause) {
      if (!(cause instanceof HoldfastError) || (cause instanceof RefusedError && noRights.has(cause.code))) throw cause;
      return redirectTo(form.comeBack(choice, await writeStartProblem(cause)));
    }
  } catch (cause) {
    return toProblem(cause);
  }
}

/** As Next.js gives the query of an address to a page. */
function fieldsOf(form: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(form.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
