import { sqlstateOf } from '#lib/postgres/classify-error.ts';
import type { Session } from '#lib/postgres/session.ts';
import { type Belongings, readBelongings } from './belongings.ts';
import { planBelongings } from './plan-belongings.ts';

/** Why a setting, a comment or a label of one database can be out of reach in another one of the same server. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['42501', 'the role may not'],
  ['22023', 'the server does not take it any more'],
  ['42704', 'the server does not know it any more'],
  ['42602', 'the server does not take its name any more'],
  ['55P02', 'it cannot be changed'],
]);

/**
 * Gives a database the settings, comment and labels of another one, each by itself. Answers with those that could not be
 * carried; their values are in no message, for they may be secrets. Safe to run twice: what is equal already is left.
 * @throws pg's error where it is not about one of them.
 */
export async function carryBelongings(
  session: Session,
  { fromOid, toOid }: { fromOid: string; toOid: string },
): Promise<{ what: string; note: string }[]> {
  const both = await readBelongings(session, [fromOid, toOid]);
  const from = both.find(({ oid }) => oid === fromOid);
  const to = both.find(({ oid }) => oid === toOid);
  return from && to ? applyBelongings(session, { from, to }) : [];
}

/** The same where `from` was read elsewhere. @throws pg's error where it is not about one of them. */
export async function applyBelongings(
  session: Session,
  { from, to }: { from: Belongings; to: Belongings },
): Promise<{ what: string; note: string }[]> {
  const failed: { what: string; note: string }[] = [];
  for (const { sql, what } of planBelongings(from, to, to.name)) {
    try {
      await session.query(sql);
    } catch (cause) {
      const reason = reasons.get(sqlstateOf(cause) ?? '');
      if (reason === undefined) throw cause;
      failed.push({ what, note: `${what} of database ${from.name} was not carried over: ${reason}` });
    }
  }
  return failed;
}
