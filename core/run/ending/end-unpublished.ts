import type { Plan } from '../../plan/plan';
import type { RunOutcome } from '../../report/gather/run-outcome';
import type { Claim } from '../claim';
import { failedEvent, type Place } from '../events/events-of';

import type { Clock, Gauges, Lake, RunEvents, Telemetry } from '../ports';
import type { RunState } from '../run-state';
import type { Manifest } from '../verify/manifest';
import type { UnpublishedEnding } from './ending';
import { free } from './free';
import { insist } from './insist';
import { report } from './report';

export interface EndServices extends Place {
  readonly lake: Pick<Lake, 'get' | 'put' | 'remove'>;
  readonly telemetry: Telemetry;
  readonly gauges: Gauges;
  readonly clock: Pick<Clock, 'now'>;
  readonly events: RunEvents;
  /** Draws a finished run's report, and writes it. @default no report */
  readonly writeReport?: ((outcome: RunOutcome) => Promise<void>) | undefined;
}

/** A run of which it is decided how it ends. */
export interface EndedRun {
  readonly claim: Claim;
  /** Undefined where it was given up before there was one. */
  readonly plan: Plan | undefined;
  /** Undefined where it was given up before it was verified. */
  readonly manifest: Manifest | undefined;
  readonly ending: UnpublishedEnding;
}

/**
 * Ends a run that readers never see: report, event, claim, in this order, so that whoever dies in between does it again. A trial is nobody's event, and neither is
 * a superseded run: readers see a later one, which was told of itself.
 */
export async function endUnpublished(ended: EndedRun, services: EndServices): Promise<RunState> {
  const { claim, plan, ending } = ended;
  const outcome = outcomeOf(ended);
  if (outcome) await report(outcome, services);
  if (ending.ending !== 'superseded' && plan?.subset !== true) {
    const owed = { run: claim, what: 'event', failure: 'its event could not be emitted' } as const;
    await insist(owed, () => services.events.emit(failedEvent(claim, ending, services)), services);
  }
  await free(ended, services);
  return stateOf(ending);
}

/** What there is to report; nothing without a plan. */
function outcomeOf({ plan, manifest, ending }: EndedRun): RunOutcome | undefined {
  if (!plan) return undefined;
  if (ending.ending === 'failed') return { plan, state: 'failed', reason: ending.reasons.join('; ') };
  if (!manifest) return undefined;
  if (ending.ending === 'superseded') return { plan, manifest, state: 'superseded' };
  // Why an increment finds no table to be added to is no finding of its verification.
  return { plan, manifest: { ...manifest, problems: ending.reasons }, state: 'refused' };
}

function stateOf(ending: UnpublishedEnding): RunState {
  switch (ending.ending) {
    case 'refused':
      return { state: 'refused', problems: ending.reasons };
    case 'failed':
      return { state: 'failed', reason: ending.reasons.join('; ') };
    case 'superseded':
      return { state: 'superseded', records: ending.records, by: ending.by };
  }
}
