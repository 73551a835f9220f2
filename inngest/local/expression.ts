import { UsageError } from '#lib/errors/usage-error.ts';
import { type ExpressionToken, readExpressionTokens } from './expression-tokens.ts';

/** The names an expression may use: `event` triggered the run, `async` is the event that arrived later. */
export interface ExpressionScope {
  event: unknown;
  async?: unknown;
}

type Evaluate = (scope: ExpressionScope) => unknown;

const binaryLevels: readonly (readonly string[])[] = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-']];

/**
 * Compiles the part of CEL (https://cel.dev) that Inngest expressions commonly use: paths below `event` and `async`,
 * literals, `==` `!=` `<` `<=` `>` `>=`, `&&` `||` `!`, `+` `-`, `? :` and parentheses. A path that leads nowhere is
 * null. Everything else is refused with a UsageError that names it, so nothing is ever matched by accident.
 */
export function compileExpression(source: string): Evaluate {
  const tokens = readExpressionTokens(source);
  let at = 0;
  const peek = (): ExpressionToken => tokens[at] ?? { kind: 'end', text: 'the end', value: undefined };
  const takes = (text: string): boolean => {
    if (peek().kind !== 'symbol' || peek().text !== text) return false;
    at += 1;
    return true;
  };
  const refuse = (what: string): never => {
    throw new UsageError(`the expression ${JSON.stringify(source)} cannot be run locally: ${what}`, {
      code: 'expression_unsupported',
      hint: 'Use event.* and async.* paths, literals, comparisons, && || ! + - and ?:, or run with an Inngest server.',
    });
  };
  const expect = (text: string): void => {
    if (!takes(text)) refuse(`expected ${text} before ${peek().text}`);
  };

  const parsePrimary = (): Evaluate => {
    const token = peek();
    at += 1;
    if (token.kind === 'literal') return () => token.value;
    if (token.kind === 'path') {
      if (peek().text === '(') refuse(`function ${token.text}() is not supported`);
      const [root, ...keys] = token.text.split('.');
      if (root !== 'event' && root !== 'async') refuse(`unknown name ${token.text}`);
      return (scope) => readPath(root === 'event' ? scope.event : scope.async, keys);
    }
    if (token.text === '(') {
      const inner = parseTernary();
      expect(')');
      return inner;
    }
    if (token.text === '!' || token.text === '-') {
      const operand = parsePrimary();
      return token.text === '!' ? (scope) => !isTrue(operand(scope)) : (scope) => -Number(operand(scope));
    }
    return refuse(`unexpected ${token.text}`);
  };
  const parseBinary = (level: number): Evaluate => {
    const operators = binaryLevels[level];
    if (operators === undefined) return parsePrimary();
    let left = parseBinary(level + 1);
    for (let operator = operators.find(takes); operator !== undefined; operator = operators.find(takes)) {
      left = combine({ operator, left, right: parseBinary(level + 1) });
    }
    return left;
  };
  const parseTernary = (): Evaluate => {
    const condition = parseBinary(0);
    if (!takes('?')) return condition;
    const yes = parseTernary();
    expect(':');
    const no = parseTernary();
    return (scope) => (isTrue(condition(scope)) ? yes(scope) : no(scope));
  };

  const evaluate = parseTernary();
  if (peek().kind !== 'end') refuse(`unexpected ${peek().text}`);
  return evaluate;
}

function combine({ operator, left, right }: { operator: string; left: Evaluate; right: Evaluate }): Evaluate {
  switch (operator) {
    case '||':
      return (scope) => isTrue(left(scope)) || isTrue(right(scope));
    case '&&':
      return (scope) => isTrue(left(scope)) && isTrue(right(scope));
    case '==':
      return (scope) => left(scope) === right(scope);
    case '!=':
      return (scope) => left(scope) !== right(scope);
    case '+':
      return (scope) => add(left(scope), right(scope));
    case '-':
      return (scope) => Number(left(scope)) - Number(right(scope));
    default:
      return (scope) => compare({ operator, left: left(scope), right: right(scope) });
  }
}

function add(left: unknown, right: unknown): string | number {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  return `${String(left)}${String(right)}`;
}

function compare({ operator, left, right }: { operator: string; left: unknown; right: unknown }): boolean {
  const bothNumbers = typeof left === 'number' && typeof right === 'number';
  const bothStrings = typeof left === 'string' && typeof right === 'string';
  if (!bothNumbers && !bothStrings) return false;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  if (operator === '>') return left > right;
  return left >= right;
}

function isTrue(value: unknown): boolean {
  return value === true;
}

function readPath(root: unknown, keys: readonly string[]): unknown {
  let value: unknown = root;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
    value = Reflect.get(value, key);
  }
  return value ?? null;
}
