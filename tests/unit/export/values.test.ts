import { describe, expect, it } from 'vitest';
import { splitCopyLine } from '#lib/export/copy-fields.ts';
import { copyToCsv, csvLine } from '#lib/export/csv-line.ts';
import { fileNamesOf } from '#lib/export/file-name.ts';
import { hereDocument, quoteShell } from '#lib/export/restore-script/shell.ts';
import { jsonKindOf, jsonValue } from '#lib/export/values/json-value.ts';
import { parseArray } from '#lib/export/values/parse-array.ts';

const domains = new Map([
  ['shop.price', 'numeric(10,2)'],
  ['shop.cheap', 'shop.price'],
]);

describe('a value in JSON', () => {
  const cases: [type: string, text: string, json: string][] = [
    ['bigint', '9007199254740991', '9007199254740991'],
    ['bigint', '9007199254740992', '"9007199254740992"'],
    ['bigint', '-9223372036854775808', '"-9223372036854775808"'],
    ['numeric(10,2)', '1.50', '1.50'],
    ['numeric', '0.1', '0.1'],
    ['numeric', '123456789012.345', '123456789012.345'],
    ['numeric', '0.12345678901234567890', '"0.12345678901234567890"'],
    ['numeric', '100000000000000000000', '"100000000000000000000"'],
    ['numeric', 'NaN', '"NaN"'],
    ['double precision', '0.30000000000000004', '0.30000000000000004'],
    ['double precision', '1e+20', '1e+20'],
    ['double precision', '5e-324', '5e-324'],
    ['double precision', '-0', '-0'],
    ['double precision', '-Infinity', '"-Infinity"'],
    ['numeric', `0.${'0'.repeat(400)}1`, `"0.${'0'.repeat(400)}1"`],
    ['boolean', 't', 'true'],
    ['bytea', '\\x00ff10', '"AP8Q"'],
    ['bytea', '\\x', '""'],
    ['json', '{"a":\n 12345678901234567890}', '{"a":  12345678901234567890}'],
    ['text', 'a"b\\\n', '"a\\"b\\\\\\n"'],
    ['timestamp(3) without time zone', '2026-11-21 01:45:00.123', '"2026-11-21T01:45:00.123"'],
    ['timestamp with time zone', '2026-11-21 01:45:00+00', '"2026-11-21T01:45:00Z"'],
    ['timestamp with time zone', 'infinity', '"infinity"'],
    ['timestamp with time zone', '0044-03-15 12:00:00+00 BC', '"0044-03-15 12:00:00+00 BC"'],
    ['integer[]', '{1,NULL,-3}', '[1,null,-3]'],
    ['text[]', '{"NULL",NULL,"a,\\"b\\\\",{}}', '["NULL",null,"a,\\"b\\\\",[]]'],
    ['boolean[]', '{{t,f},{f,t}}', '[[true,false],[false,true]]'],
    ['integer[]', '[0:1]={1,2}', '"[0:1]={1,2}"'],
    ['box[]', '{(1,1),(0,0)}', '"{(1,1),(0,0)}"'],
    ['shop.cheap', '7.25', '7.25'],
    ['shop.cheap[]', '{7.25}', '[7.25]'],
    ['shop.mood', 'happy', '"happy"'],
  ];
  it.each(cases)('%s %s is %s', (type, text, json) => {
    expect(jsonValue(text, jsonKindOf(type, domains))).toBe(json);
    expect(() => JSON.parse(json)).not.toThrow();
  });

  it('is null where there is none', () => {
    expect(jsonValue(null, 'json')).toBe('null');
  });
});

describe('an array of the server', () => {
  it('is not guessed where it is cut or has another form', () => {
    for (const text of ['', '1', '{', '{1', '{1,', '{"a', '{1}x', '{1;2}', '[1:1]={1}']) {
      expect(parseArray(text), text).toBeUndefined();
    }
    expect(parseArray('{}')).toEqual([]);
  });
});

describe('a line of CSV', () => {
  it('tells NULL, the empty text, and what needs quotes apart', () => {
    expect(csvLine([null, '', 'a', 'a,b', 'a"b', 'a\nb', 'a\rb', ' a '])).toBe(',"",a,"a,b","a""b","a\nb","a\rb", a ');
    expect(csvLine(['\\.'])).toBe('"\\."');
    expect(csvLine(['\\.', 'x'])).toBe('\\.,x');
  });

  it('comes from COPY text, plain or escaped, in the order that is asked for', () => {
    expect(copyToCsv('1\ta\tb', 3)).toBe('1,a,b');
    expect(copyToCsv('1\t\tb', 3)).toBe('1,"",b');
    expect(copyToCsv('\\N\ta\\tb\tc\\\\d', 3)).toBe(',a\tb,c\\d');
    expect(copyToCsv('1\t2\t3', 3, [2, 0, 1])).toBe('3,1,2');
    expect(copyToCsv('', 1)).toBe('""');
    expect(copyToCsv('', 0)).toBe('');
    expect(splitCopyLine('\\b\\f\\n\\r\\t\\v\\\\', 1)).toEqual(['\b\f\n\r\t\v\\']);
  });
});

describe('names of files', () => {
  it('are one to one, without signs that a file system or shell reads, also where capitals do not count', () => {
    const tables = [
      { schema: 'public', name: 'orders' },
      { schema: 'public', name: 'Orders' },
      { schema: 'a/b', name: '../x' },
      { schema: '.hidden', name: '*' },
      { schema: 's'.repeat(63), name: '"'.repeat(63) },
      { schema: 's'.repeat(63), name: `${'"'.repeat(62)}'` },
    ];
    const names = [...fileNamesOf(tables).values()];
    expect(names.slice(0, 4)).toEqual(['public.orders', 'public.Orders~2', 'a%2Fb.%2E.%2Fx', '%2Ehidden.%2A']);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(tables.length);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(202);
  });
});

describe('text in a shell script', () => {
  it('stays text', () => {
    expect(quoteShell(`it's $HOME`)).toBe(`'it'\\''s $HOME'`);
    expect(hereDocument('sql', 'a\nHOLDFAST_SQL\nb')).toBe(
      `sql <<'HOLDFAST_SQL_'\na\nHOLDFAST_SQL\nb\nHOLDFAST_SQL_\n`,
    );
  });
});
