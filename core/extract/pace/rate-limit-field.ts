/** What is left under one of a source's policies. Seconds and requests. */
export interface Allowance {
  readonly remaining: number | undefined;
  readonly reset: number | undefined;
}

/** The parameters that are read: whole numbers. */
const patterns = {
  remaining: parameter('remaining'),
  reset: parameter('reset'),
  r: parameter('r'),
  t: parameter('t'),
};

/**
 * Reads the RateLimit field, one allowance per policy: `"default";r=50;t=30` as the IETF's drafts have had it since the
 * eighth, and `limit=100, remaining=50, reset=30` as the seventh had it. Empty when it says neither.
 */
export function readRateLimitField(value: string): Allowance[] {
  const unquoted = value.replace(/"(?:[^"\\]|\\.)*"/g, '""'); // a policy's name may hold anything
  const seventh = {
    remaining: numberIn(unquoted, patterns.remaining),
    reset: numberIn(unquoted, patterns.reset),
  };
  if (seventh.remaining !== undefined) return [seventh];
  return unquoted
    .split(',')
    .map((policy) => ({ remaining: numberIn(policy, patterns.r), reset: numberIn(policy, patterns.t) }))
    .filter(({ remaining }) => remaining !== undefined);
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function parameter(name: string): RegExp {
  return new RegExp(`(?:^|[;,\\s])${name}\\s*=\\s*(\\d+)`, 'i');
}
