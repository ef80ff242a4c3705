import type { RunOutcome } from '../../report/gather/run-outcome';
import type { EndServices } from './end-unpublished';

/** A report that cannot be drawn keeps nothing from readers. */
export async function report(
  outcome: RunOutcome,
  { telemetry, writeReport }: Pick<EndServices, 'telemetry' | 'writeReport'>,
): Promise<void> {
  const { source, dataset, runId } = outcome.plan;
  try {
    await writeReport?.(outcome);
  } catch (error) {
    telemetry.warn('The report could not be written', { source, dataset, runId, reason: String(error) });
  }
}
