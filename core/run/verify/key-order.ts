/** One column of a key as JSON text gives it: numbers that are whole stay exact. */
type Scalar = bigint | number | string | boolean;

/** How two values of a type are ordered by DuckDB; undefined where it cannot be said of these. */
type Order = (a: Scalar, b: Scalar) => number | undefined;

const scalarText = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false/y;

/** Compares keys as `json_array(columns)` gives them; undefined where their order cannot be told without DuckDB. */
export function keyOrder(
  types: readonly (string | undefined)[],
): (a: string, b: string) => number | undefined {
  const orders = types.map(orderOf);
  return (a, b) => {
    if (a === b) return 0;
    const [ours, theirs] = [scalarsIn(a), scalarsIn(b)];
    if (ours?.length !== orders.length || theirs?.length !== orders.length) return undefined;
    for (const [at, order] of orders.entries()) {
      const [our, their] = [ours[at], theirs[at]];
      const compared = our === undefined || their === undefined ? undefined : order?.(our, their);
      if (compared !== 0) return compared;
    }
    return 0;
  };
}

function orderOf(type: string | undefined): Order | undefined {
  if (type === undefined) return undefined;
  if (/^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(.*\)|DOUBLE|FLOAT)$/.test(type))
    return byNumber;
  if (type === 'VARCHAR' || type === 'UUID') return byText;
  if (/^(DATE|TIME|TIMESTAMP.*)$/.test(type)) return byTime;
  return type === 'BOOLEAN' ? byBoolean : undefined;
}

/** Rounding keeps the order, so what differs as doubles differs the same way as decimals; what is equal as doubles cannot be told. */
function byNumber(a: Scalar, b: Scalar): number | undefined {
  if (typeof a === 'bigint' && typeof b === 'bigint') return sign(a, b);
  if (typeof a === 'string' || typeof b === 'string') return undefined; // 'NaN', 'inf'
  return sign(Number(a), Number(b)) || undefined;
}

/** By the bytes of UTF-8, as DuckDB does without a collation. */
function byText(a: Scalar, b: Scalar): number | undefined {
  if (typeof a !== 'string' || typeof b !== 'string') return undefined;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Texts of one form sort as their times do; years before 1 and after 9999, and infinity, have another form. */
function byTime(a: Scalar, b: Scalar): number | undefined {
  const usual = /^(\d{4}-\d\d-\d\d([ T]|$)|\d\d:\d\d:\d\d)[^(]*$/;
  if (typeof a !== 'string' || typeof b !== 'string' || !usual.test(a) || !usual.test(b)) return undefined;
  return byText(a, b);
}

function byBoolean(a: Scalar, b: Scalar): number | undefined {
  return typeof a === 'boolean' && typeof b === 'boolean' ? Number(a) - Number(b) : undefined;
}

function sign<T extends bigint | number>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The elements of an array of scalars; undefined where it holds anything else. */
function scalarsIn(json: string): Scalar[] | undefined {
  if (!json.startsWith('[') || !json.endsWith(']')) return undefined;
  const scalars: Scalar[] = [];
  for (let at = 1; at < json.length - 1; at++) {
    scalarText.lastIndex = at;
    const text = scalarText.exec(json)?.[0];
    if (text === undefined) return undefined;
    scalars.push(scalar(text));
    at += text.length;
    const separator = json[at];
    if (separator !== ',' && at !== json.length - 1) return undefined;
  }
  return scalars;
}

function scalar(text: string): Scalar {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  return JSON.parse(text);
}
