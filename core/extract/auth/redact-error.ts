import { BaseloadError, type Evidence } from '../../errors';
import type { Authorizer } from './authorizer';

/**
 * Takes every credential that was handed out off an error and its causes: out of message, stack and evidence. It stays the
 * same error, with its class and cause; returns it, to be thrown on.
 */
export function redactError(error: unknown, authorizer: Pick<Authorizer, 'redact'>): unknown {
  const redact = (text: string) => authorizer.redact(text);
  const seen = new Set<unknown>();
  for (let one = error; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one);
    replace(one, 'message', redact(one.message));
    if (one.stack !== undefined) replace(one, 'stack', redact(one.stack));
    if (one instanceof BaseloadError) replaceEvidence(one, redact);
  }
  return error;
}

function replaceEvidence(error: BaseloadError, redact: Authorizer['redact']): void {
  const entries = Object.entries(error.evidence) as [keyof Evidence, unknown][];
  const redacted = entries.map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]);
  if (redacted.some(([, value], at) => value !== entries[at]?.[1])) {
    Reflect.defineProperty(error, 'evidence', { value: Object.fromEntries(redacted) });
  }
}

/** Defined and not assigned: some errors of the platform have them read-only. Others cannot be changed at all. */
function replace(error: Error, name: 'message' | 'stack', text: string): void {
  if (text !== error[name]) Reflect.defineProperty(error, name, { value: text, configurable: true });
}
