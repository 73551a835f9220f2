import { UsageError } from '#lib/errors/usage-error.ts';

/** One word of an expression; `value` is set for literals only. */
export interface ExpressionToken {
  kind: 'literal' | 'path' | 'symbol' | 'end';
  text: string;
  value: unknown;
}

const tokenPattern =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<path>[A-Za-z_]\w*(?:\.\w+)*)|(?<symbol>&&|\|\||[=!<>]=|[<>!?:()+-]))/y;

const words = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Splits an expression into words; a character outside the supported subset is a UsageError that names it. */
export function readExpressionTokens(source: string): ExpressionToken[] {
  const tokens: ExpressionToken[] = [];
  const text = source.trimEnd();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const start = tokenPattern.lastIndex;
    const groups = tokenPattern.exec(text)?.groups;
    if (groups === undefined) {
      throw new UsageError(
        `the expression ${JSON.stringify(source)} cannot be run locally: at "${text.slice(start)}"`,
        {
          code: 'expression_unsupported',
          hint: 'Use event.* and async.* paths, literals, comparisons, && || ! + - and ?:.',
        },
      );
    }
    tokens.push(tokenOf(groups));
  }
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>): ExpressionToken {
  const { number, string, path, symbol } = groups;
  if (number !== undefined) return { kind: 'literal', text: number, value: Number(number) };
  if (string !== undefined) {
    const value = string.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => unescaped.get(escaped) ?? escaped);
    return { kind: 'literal', text: string, value };
  }
  if (path !== undefined && words.has(path)) return { kind: 'literal', text: path, value: words.get(path) };
  if (path !== undefined) return { kind: 'path', text: path, value: undefined };
  return { kind: 'symbol', text: symbol ?? '', value: undefined };
}

const unescaped = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);
