import { releaseClaim } from '../claim';
import { countEnding, foundDrift } from './count-ending';
import type { EndedRun, EndServices } from './end-unpublished';
import type { UnpublishedEnding } from './ending';

/**
 * Gives a run's dataset free, and counts how the run ended: whoever did that counts, so that a run is counted once, whoever else concludes it at the same time
 * and however often one died before; not at all only where the process ends between the two, or S3's answer to it is lost.
 */
export async function free(
  { claim, ...run }: Omit<EndedRun, 'ending'> & { readonly ending: UnpublishedEnding | undefined },
  services: EndServices,
): Promise<void> {
  const drifted = await foundDrift(claim, run.ending, services.lake);
  if ((await releaseClaim(services.lake, claim)) === 'conflict') return;
  countEnding(claim, { ...run, drifted }, services);
}
