import { BaseloadError } from '../errors';
import type { FailureReason } from './ports';

/** What is said of an error in logs and dead letters: its class, its name, its sentence. */
export function failureReasonOf(error: unknown): FailureReason {
  if (error instanceof BaseloadError) {
    const { failure, name, message, evidence } = error;
    return { failure, error: name, reason: message, status: evidence.status };
  }
  if (error instanceof Error) return { failure: 'unknown', error: error.name, reason: error.message };
  return { failure: 'unknown', error: 'unknown', reason: String(error) };
}
