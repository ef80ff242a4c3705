import type { FunctionTelemetry } from '../aws/telemetry';
import { failureReasonOf } from '../core/run/failure-reason';

/**
 * Does the work of an invocation, and writes what was counted in every case. Where it fails, one line says so with what the telemetry was
 * begun with: what Lambda itself logs of the error that is thrown on names neither source nor dataset nor run.
 */
export async function invocation<T>(
  telemetry: FunctionTelemetry,
  failed: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    telemetry.warn(failed, { ...failureReasonOf(error) });
    throw error;
  } finally {
    telemetry.flush();
  }
}
