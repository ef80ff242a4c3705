import type { Plan } from '../../plan/plan';
import { unlessUnreadable } from '../document';
import type { RunName } from '../keys';
import type { Gauges, Lake, MetricName, Telemetry } from '../ports';
import type { Manifest } from '../verify/manifest';
import { readVerification } from '../verify/verification';
import type { UnpublishedEnding } from './ending';

export interface CountServices {
  readonly telemetry: Telemetry;
  readonly gauges: Gauges;
}

/** A run that has ended, as far as it came. */
export interface CountedRun {
  readonly plan: Plan | undefined;
  readonly manifest: Manifest | undefined;
  /** Undefined of one that is published. */
  readonly ending: UnpublishedEnding | undefined;
  /** As foundDrift says. */
  readonly drifted: boolean;
}

/**
 * Counts how a run has ended, once, so that one fault raises one alarm: RunQuarantined where more is in quarantine than its own plan allows, which a deployment since
 * may have changed; else RunDrifted where the source never stood still, and RunIncomplete of everything else. Of a trial only RunFailed, a superseded
 * run not at all: neither is any worse for readers. The share in quarantine is stated of every other run that was verified.
 */
export function countEnding(
  run: RunName,
  { plan, manifest, ending, drifted }: CountedRun,
  { telemetry, gauges }: CountServices,
): void {
  const { source, dataset } = run;
  const of = { source, dataset };
  const isTrial = plan?.subset === true;
  const ratio = manifest ? quarantinedRatio(manifest) : 0;
  if (manifest && !isTrial) gauges.gauge('QuarantinedRatio', ratio, of);
  const ended = (metric: MetricName) => telemetry.count(metric, 1, of);
  if (!ending) ended('RunPublished');
  else if (ending.ending !== 'superseded') {
    ended('RunFailed');
    if (isTrial) return;
    // The very comparison that verification made.
    if (plan && ratio > plan.maxQuarantinedRatio) ended('RunQuarantined');
    else ended(drifted ? 'RunDrifted' : 'RunIncomplete');
  }
}

/** As quarantine-problem.ts reckons it. */
function quarantinedRatio({ counts: { quarantined, received, added } }: Manifest): number {
  const rows = received + added;
  return rows === 0 ? 0 : quarantined / rows;
}

/** Whether that the source never stood still is among what verification refused the run for. To be read while the run has its claim: what fails then is tried again. */
export async function foundDrift(
  run: RunName,
  ending: UnpublishedEnding | undefined,
  lake: Pick<Lake, 'get'>,
): Promise<boolean> {
  if (ending?.ending !== 'refused') return false;
  const verification = await readVerification(lake, run).catch(unlessUnreadable);
  return verification?.checks.some(({ name, outcome }) => name === 'drift' && outcome === 'failed') === true;
}
