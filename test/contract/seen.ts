import { isDeepStrictEqual } from 'node:util';

/** What an error of AWS is told by. */
export interface Refusal {
  /** Names that the SDK may show; several where AWS's documents leave it open. */
  readonly names: readonly string[];
  /** HTTP status. */
  readonly status: number;
}

/** Rejects unless both are the same, all the way down. */
export function assertSame(what: string, seen: unknown, expected: unknown): void {
  if (isDeepStrictEqual(seen, expected)) return;
  throw new Error(`${what}: expected ${toText(expected)}, got ${toText(seen)}`);
}

/** Rejects unless the call is refused in one of the ways given. */
export async function assertRefused(
  what: string,
  call: Promise<unknown>,
  ...allowed: readonly Refusal[]
): Promise<void> {
  const outcome = await outcomeOf(call);
  if (allowed.some(({ names, status }) => outcome.status === status && names.includes(outcome.name))) return;
  const expected = allowed.map(({ names, status }) => `${names.join(' or ')} ${status}`).join(', or ');
  throw new Error(`${what}: expected ${expected}, got ${outcome.name} ${outcome.status}`);
}

/** How a call ended: 'accepted' or an error's name, and the HTTP status. Rejects with what no service answered. */
export async function outcomeOf(call: Promise<unknown>): Promise<{ name: string; status: number }> {
  try {
    const answer = await call;
    return { name: 'accepted', status: statusOf(answer) ?? 200 };
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !(error instanceof Error)) throw error;
    return { name: error.name, status };
  }
}

function statusOf(answer: unknown): number | undefined {
  if (typeof answer !== 'object' || answer === null || !('$metadata' in answer)) return undefined;
  const { $metadata } = answer;
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata))
    return undefined;
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}

function toText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
