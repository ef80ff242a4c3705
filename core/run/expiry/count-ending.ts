import type { Plan } from '../../plan/plan';
import { unlessUnreadable } from '../document';
import type { RunName } from '../keys';
import type { Gauges, Lake, Telemetry } from '../ports';
import type { Manifest } from '../verify/manifest';
import { readVerification } from '../verify/verification';
import type { UnpublishedEnding } from './ending';

export interface CountServices {
  readonly lake: Pick<Lake, 'get'>;
  readonly telemetry: Telemetry;
  readonly gauges: Gauges;
}

/** A run that has ended, as far as it came. */
export interface CountedRun {
  readonly plan: Plan | undefined;
  readonly manifest: Manifest | undefined;
  /** Undefined of one that is published. */
  readonly ending: UnpublishedEnding | undefined;
}

/**
 * Counts how a run has ended, once, so that one fault raises one alarm: the share in quarantine is stated of every run that was verified, and where it is above what
 * the dataset allows, that is all; else RunDrifted where the source never stood still, and RunIncomplete of everything else. Of a trial only RunFailed, a superseded
 * run not at all: neither is any worse for readers.
 */
export async function countEnding(
  run: RunName,
  { plan, manifest, ending }: CountedRun,
  { lake, telemetry, gauges }: CountServices,
): Promise<void> {
  const { source, dataset } = run;
  const of = { source, dataset };
  const isTrial = plan?.subset === true;
  const ratio = manifest ? quarantinedRatio(manifest) : 0;
  if (manifest && !isTrial) gauges.gauge('QuarantinedRatio', ratio, of);
  if (!ending) return telemetry.count('RunPublished', 1, of);
  if (ending.ending === 'superseded') return;
  telemetry.count('RunFailed', 1, of);
  // The very comparison that the quarantine's alarm makes.
  if (isTrial || (plan && ratio > plan.maxQuarantinedRatio)) return;
  telemetry.count((await isDrift(run, ending, lake)) ? 'RunDrifted' : 'RunIncomplete', 1, of);
}

/** As quarantine-problem.ts reckons it. */
function quarantinedRatio({ counts: { quarantined, received, added } }: Manifest): number {
  const rows = received + added;
  return rows === 0 ? 0 : quarantined / rows;
}

/** Whether that the source never stood still is among what verification refused the run for. */
async function isDrift(
  run: RunName,
  { ending }: UnpublishedEnding,
  lake: Pick<Lake, 'get'>,
): Promise<boolean> {
  if (ending !== 'refused') return false;
  const verification = await readVerification(lake, run).catch(unlessUnreadable);
  return verification?.checks.some(({ name, outcome }) => name === 'drift' && outcome === 'failed') === true;
}
