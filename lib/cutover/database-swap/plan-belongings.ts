import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';
import type { Belongings, Setting } from './belongings.ts';
import { splitGucList } from './split-guc-list.ts';

/** A statement that gives a database what another one has. */
export interface CarryStatement {
  sql: string;
  /** What it carries, for people, without values: `setting work_mem of role app`. */
  what: string;
}

/**
 * Settings, comment and labels that `to` needs to have what `from` has. They do no harm before the swap, and some need
 * rights that the role may not have: each can be tried alone. `name` is what `to` is called when they run.
 */
export function planBelongings(from: Belongings, to: Belongings, name: string): CarryStatement[] {
  const database = `database ${quoteIdent(name)}`;
  const target = ({ role }: Setting): string =>
    role === null ? `alter ${database}` : `alter role ${quoteIdent(role)} in ${database}`;
  const set = missing(from.settings, to.settings).map((setting) => ({
    sql: `${target(setting)} set ${quoteIdent(setting.name)} to ${quoteValue(setting)}`,
    what: describeSetting(setting),
  }));
  const named = (setting: Setting): string => JSON.stringify([setting.role, setting.name]);
  const kept = new Set(from.settings.map(named));
  const reset = to.settings
    .filter((setting) => !kept.has(named(setting)))
    .map((setting) => ({
      sql: `${target(setting)} reset ${quoteIdent(setting.name)}`,
      what: describeSetting(setting),
    }));
  const comment =
    from.comment === to.comment
      ? []
      : [
          {
            sql: `comment on ${database} is ${from.comment === null ? 'null' : quoteLiteral(from.comment)}`,
            what: 'comment',
          },
        ];
  const labels = missing(from.labels, to.labels).map(({ provider, label }) => ({
    sql: `security label for ${quoteIdent(provider)} on ${database} is ${quoteLiteral(label)}`,
    what: `security label of ${provider}`,
  }));
  return [...reset, ...set, ...comment, ...labels];
}

/** `setting work_mem of role app`; never its value. */
function describeSetting({ role, name }: Setting): string {
  return `setting ${name}${role === null ? '' : ` of role ${role}`}`;
}

function quoteValue({ name, value }: Setting): string {
  const list = splitGucList(name, value);
  if (list === undefined) return quoteLiteral(value);
  return list.length === 0 ? "''" : list.map(quoteLiteral).join(', ');
}

function missing<T>(wanted: readonly T[], present: readonly T[]): T[] {
  const there = new Set(present.map((one) => JSON.stringify(one)));
  return wanted.filter((one) => !there.has(JSON.stringify(one)));
}
