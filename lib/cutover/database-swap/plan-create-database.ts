import { z } from 'zod';
import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';

/**
 * A row of pg_database as `to_jsonb` shows it, with names in place of numbers. Which columns there are goes by version:
 * none of a provider before 15, `daticulocale` in 15 and 16, `datlocale` from 17 on, rules from 16 on.
 */
export const databaseRowSchema = z.object({
  owner: z.string(),
  encoding_name: z.string(),
  datcollate: z.string(),
  datctype: z.string(),
  datlocprovider: z.enum(['c', 'i', 'b']).optional(),
  daticulocale: z.string().nullish(),
  datlocale: z.string().nullish(),
  daticurules: z.string().nullish(),
  /** `null` where a new database lies there by itself. */
  tablespace: z.string().nullable(),
});
export type DatabaseRow = z.infer<typeof databaseRowSchema>;

const providers = { c: 'libc', i: 'icu', b: 'builtin' } as const;

/**
 * An empty database that sorts, compares and encodes as another one does, and belongs to the same role. `oid` is given to
 * it where it has to be known again on another server (PostgreSQL 15 and later).
 */
export function planCreateDatabase(
  name: string,
  like: DatabaseRow,
  { oid }: { oid?: number | undefined } = {},
): string {
  const locale = like.datlocale ?? like.daticulocale;
  const localeOption = like.datlocprovider === 'b' ? 'builtin_locale' : 'icu_locale';
  const options = [
    `owner ${quoteIdent(like.owner)}`,
    // The one template whose content is known, and that may be copied into another encoding and locale.
    'template template0',
    `encoding ${quoteLiteral(like.encoding_name)}`,
    `lc_collate ${quoteLiteral(like.datcollate)}`,
    `lc_ctype ${quoteLiteral(like.datctype)}`,
    ...(like.datlocprovider ? [`locale_provider ${providers[like.datlocprovider]}`] : []),
    ...(locale == null || like.datlocprovider === 'c' ? [] : [`${localeOption} ${quoteLiteral(locale)}`]),
    ...(like.daticurules == null ? [] : [`icu_rules ${quoteLiteral(like.daticurules)}`]),
    ...(like.tablespace === null ? [] : [`tablespace ${quoteIdent(like.tablespace)}`]),
    ...(oid === undefined ? [] : [`oid ${oid}`]),
  ];
  return `create database ${quoteIdent(name)} ${options.join(' ')}`;
}
