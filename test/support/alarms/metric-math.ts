import { tokensOf } from './tokens-of';

/** Values by id; undefined where there is no data. */
export type Values = Readonly<Record<string, number | undefined>>;

const token = /\s*(>=|<=|==|[-+*/(),<>]|\d+(?:\.\d+)?|[a-z][A-Za-z0-9_]*|IF)/y;

/**
 * The value of a metric math expression: numbers, ids, + - * / with their precedence, comparisons (1 or 0) and IF(condition, then, else). Where a
 * value is missing, or the result is not finite, there is none, as CloudWatch has it ("Using math expressions with CloudWatch metrics": a
 * division by zero gives no data point). Throws for anything else.
 */
export function metricMath(expression: string, values: Values): number | undefined {
  const tokens = tokensOf(expression, token);
  let at = 0;
  const next = () => tokens[at++];
  const expect = (wanted: string) => {
    const found = next();
    if (found !== wanted) throw new Error(`${expression}: expected ${wanted}, found ${found ?? 'the end'}`);
  };

  function comparison(): number | undefined {
    let left = sum();
    for (let operator = tokens[at]; isIn(comparisons, operator); operator = tokens[at]) {
      at += 1;
      left = both(left, sum(), (a, b) => Number(comparisons[operator](a, b)));
    }
    return left;
  }
  function sum(): number | undefined {
    let left = product();
    for (let operator = tokens[at]; isIn(sums, operator); operator = tokens[at]) {
      at += 1;
      left = both(left, product(), sums[operator]);
    }
    return left;
  }
  function product(): number | undefined {
    let left = factor();
    for (let operator = tokens[at]; isIn(products, operator); operator = tokens[at]) {
      at += 1;
      left = both(left, factor(), products[operator]);
    }
    return left;
  }
  function factor(): number | undefined {
    const found = next() ?? '';
    if (found === '(') {
      const inner = comparison();
      expect(')');
      return inner;
    }
    if (found === 'IF') {
      expect('(');
      const condition = comparison();
      expect(',');
      const then = comparison();
      expect(',');
      const otherwise = comparison();
      expect(')');
      if (condition === undefined) return undefined;
      return condition === 0 ? otherwise : then;
    }
    if (/^\d/.test(found)) return Number(found);
    if (!Object.hasOwn(values, found)) throw new Error(`${expression}: nothing is called ${found}`);
    return values[found];
  }

  const result = comparison();
  if (at < tokens.length) throw new Error(`${expression}: ${tokens[at]} is not understood`);
  return result === undefined || !Number.isFinite(result) ? undefined : result;
}

type Operation = (a: number, b: number) => number;
const sums = { '+': (a, b) => a + b, '-': (a, b) => a - b } as const satisfies Record<string, Operation>;
const products = { '*': (a, b) => a * b, '/': (a, b) => a / b } as const satisfies Record<string, Operation>;
const comparisons = {
  '>=': (a: number, b: number) => a >= b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '<': (a: number, b: number) => a < b,
  '==': (a: number, b: number) => a === b,
} as const;

function isIn<Table extends object>(table: Table, key: string | undefined): key is string & keyof Table {
  return key !== undefined && Object.hasOwn(table, key);
}

function both(a: number | undefined, b: number | undefined, operation: Operation): number | undefined {
  return a === undefined || b === undefined ? undefined : operation(a, b);
}
