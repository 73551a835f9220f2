import type { Check } from '#lib/report/check.ts';
import { describeEntry } from '#lib/schema/describe-entry.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';

const always: ReadonlyMap<string, string> = new Map([
  ['OPERATOR CLASS', 'an operator class'],
  ['OPERATOR FAMILY', 'an operator family'],
  ['ACCESS METHOD', 'an access method'],
  ['TEXT SEARCH PARSER', 'a text search parser'],
  ['TEXT SEARCH TEMPLATE', 'a text search template'],
  ['PROCEDURAL LANGUAGE', 'a language'],
]);

/**
 * One failed check for each object that only a superuser can make and that others may hang on, so that it cannot simply be
 * left out (manual, the notes of each CREATE command). Hosted services, Neon among them, give nobody a superuser. Pure.
 */
export function checkSuperuserObjects(
  entries: readonly SchemaEntry[],
  { superuser, role }: { superuser: boolean; role: string },
): Check[] {
  if (superuser) return [];
  return entries.flatMap((entry): Check[] => {
    const what = superusersOnly(entry);
    if (what === undefined) return [];
    return [
      {
        name: 'superuser objects',
        object: describeEntry(entry),
        passed: false,
        detail: `role ${role} is no superuser, and only a superuser can make ${what}`,
        hint: 'Restore as a superuser; or drop the object in the source, or leave its schema out (excludeSchemas), and back up again.',
      },
    ];
  });
}

/** What the entry makes, where that takes a superuser. */
function superusersOnly({ type, definition }: SchemaEntry): string | undefined {
  if (type === 'FUNCTION' || type === 'PROCEDURE') {
    // pg_dump writes the attributes between the result and the body.
    const [head = ''] = definition.split(/\n {4}AS /);
    const language = /\n {4}LANGUAGE "?(c|internal|pl\w+u)\b/.exec(head)?.[1];
    if (language !== undefined) return `a function in the untrusted language ${language}`;
    if (/\n {4}LANGUAGE .*\bLEAKPROOF\b/.test(head)) return 'a leakproof function';
  }
  if (type === 'TYPE' && /^CREATE TYPE .*\(\n\s+INTERNALLENGTH = /m.test(definition)) return 'a base type';
  if (type === 'CAST' && /\bWITHOUT FUNCTION\b/.test(definition)) return 'a cast without a function';
  return always.get(type);
}
