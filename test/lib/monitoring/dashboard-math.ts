import { tokensOf } from '../../support/alarms/tokens-of';

/** Values by time, milliseconds since the epoch, and the dimensions and label of what they are drawn from. */
export interface Series {
  readonly values: ReadonlyMap<number, number>;
  readonly label?: string | undefined;
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** What the metric math of one graph reckons with. */
export interface MathData {
  /** Beginnings of all periods of the graph. */
  readonly times: readonly number[];
  readonly metrics: ReadonlyMap<string, Series>;
  search(query: string, statistic: string): Series[];
}

type Value = number | Series | readonly Series[];
type Word = { readonly word: string };

const token = /\s*('[^']*'|"[^"]*"|\d+(?:\.\d+)?(?![\w.])|[A-Za-z][A-Za-z0-9_]*|[-+*/(),])/y;

/**
 * The time series that an expression of a dashboard draws, as the CloudWatch User Guide has it ("Using math expressions with CloudWatch metrics", "CloudWatch
 * search expression syntax"): what is missing counts as 0 in a sum, and a single time series alone does not. Throws for what is not documented
 * there, for what the dashboard does not use, and where the result is a number, which CloudWatch draws not.
 */
export function evaluate(expression: string, data: MathData): Series[] {
  const tokens = tokensOf(expression, token);
  let at = 0;
  const fail = (why: string) => new Error(`${expression}: ${why}`);
  const expect = (wanted: string) => {
    const found = tokens[at++];
    if (found !== wanted) throw fail(`expected ${wanted}, found ${found ?? 'the end'}`);
  };

  function sum(): Value {
    let left = product();
    for (let sign = tokens[at]; sign === '+' || sign === '-'; sign = tokens[at]) {
      at += 1;
      left = combined(left, product(), sign === '+' ? (a, b) => a + b : (a, b) => a - b);
    }
    return left;
  }
  function product(): Value {
    let left = factor();
    for (let sign = tokens[at]; sign === '*' || sign === '/'; sign = tokens[at]) {
      at += 1;
      left = combined(left, factor(), sign === '*' ? (a, b) => a * b : (a, b) => a / b);
    }
    return left;
  }
  function factor(): Value {
    const found = tokens[at++] ?? '';
    if (/^\d/.test(found)) return Number(found);
    if (tokens[at] === '(') return call(found);
    const metric = data.metrics.get(found);
    if (metric === undefined) throw fail(`nothing is called ${found || 'the end'}`);
    return metric;
  }
  function call(name: string): Value {
    expect('(');
    const given: (Value | Word)[] = [argument()];
    while (tokens[at] === ',') {
      at += 1;
      given.push(argument());
    }
    expect(')');
    return applied(name, given);
  }
  function argument(): Value | Word {
    const found = tokens[at] ?? '';
    if (!/^(['"]|MAX$|DESC$)/.test(found)) return sum();
    at += 1;
    return { word: found.replace(/^['"]|['"]$/g, '') };
  }
  function applied(name: string, [first, ...rest]: (Value | Word)[]): Value {
    const words = rest.map((one) => (isWord(one) ? one.word : one));
    if (name === 'METRICS' && isWord(first) && rest.length === 0) {
      return [...data.metrics].filter(([id]) => id.includes(first.word)).map(([, series]) => series);
    }
    if (name === 'SEARCH' && isWord(first) && rest.length === 1)
      return data.search(first.word, String(words[0]));
    if (name === 'SUM' && Array.isArray(first) && rest.length === 0) return summed(first);
    if (name === 'TIME_SERIES' && typeof first === 'number' && rest.length === 0) {
      return { values: new Map(data.times.map((time) => [time, first])) };
    }
    const [filler, end] = words;
    if (name === 'FILL' && isSeries(first) && typeof filler === 'number' && rest.length === 1) {
      return eachOf(first, (one) => ({
        ...one,
        values: new Map(data.times.map((time) => [time, one.values.get(time) ?? filler])),
      }));
    }
    if (name === 'SORT' && Array.isArray(first) && words.join() === 'MAX,DESC') {
      return first.toSorted((a, b) => highestOf(b) - highestOf(a));
    }
    if (name === 'SLICE' && Array.isArray(first) && typeof filler === 'number' && typeof end === 'number') {
      return first.slice(filler, end);
    }
    throw fail(`${name} of that is not understood`);
  }

  const result = sum();
  if (at < tokens.length) throw fail(`${tokens[at]} is not understood`);
  if (typeof result === 'number') throw fail('a number is not drawn');
  return Array.isArray(result) ? [...result] : [result as Series];
}

function isWord(value: Value | Word | undefined): value is Word {
  return typeof value === 'object' && 'word' in value;
}

function isSeries(value: Value | Word | undefined): value is Series | readonly Series[] {
  return typeof value === 'object' && !isWord(value);
}

function eachOf(value: Series | readonly Series[], change: (series: Series) => Series): Value {
  return Array.isArray(value) ? value.map(change) : change(value as Series);
}

type Operation = (a: number, b: number) => number;

function combined(left: Value, right: Value, operation: Operation): Value {
  if (typeof left === 'number' && typeof right === 'number') return operation(left, right);
  if (typeof right === 'number')
    return eachOf(left as Series | Series[], (one) => mapped(one, (a) => operation(a, right)));
  if (typeof left === 'number') return eachOf(right, (one) => mapped(one, (b) => operation(left, b)));
  if (Array.isArray(left) || Array.isArray(right)) throw new Error('arrays are not put together here');
  const [a, b] = [left as Series, right as Series];
  const times = new Set([...a.values.keys(), ...b.values.keys()]);
  return {
    values: finite(
      [...times].map((time) => [time, operation(a.values.get(time) ?? 0, b.values.get(time) ?? 0)]),
    ),
  };
}

function mapped(series: Series, change: (value: number) => number): Series {
  return { ...series, values: finite([...series.values].map(([time, value]) => [time, change(value)])) };
}

/** A division by zero gives no point. */
function finite(points: readonly (readonly [number, number])[]): Map<number, number> {
  return new Map(points.filter(([, value]) => Number.isFinite(value)));
}

function summed(all: readonly Series[]): Series {
  const values = new Map<number, number>();
  for (const one of all)
    for (const [time, value] of one.values) values.set(time, (values.get(time) ?? 0) + value);
  return { values };
}

function highestOf({ values }: Series): number {
  return Math.max(Number.NEGATIVE_INFINITY, ...values.values());
}
