import type { SpokenAction } from './authorize';
import type { RequestContext } from './condition';
import { describeGrant, type Grant } from './grant';

/** What was decided on one or more calls. */
export interface Decision {
  /** Name of the caller: a function's, a role's. */
  readonly principal: string;
  readonly action: SpokenAction;
  /** The ARN that the first of the calls asked for. */
  readonly resource: string;
  /** What else conditions could look at. */
  readonly context: RequestContext;
  readonly allowed: boolean;
  /** The grants that allow it, each by itself; none where it was refused, or where the caller may do everything. */
  readonly by: readonly Grant[];
  readonly calls: number;
}

/** Refused calls that are told apart; policies bound the number of all others. */
const refusalsApart = 1000;

/**
 * What callers made use of: calls that the same grants allow, on resources of one shape, are one entry, with one of them as the example. So its
 * size depends on the policies and the kinds of keys, not on the number of calls, and it still tells what every grant is needed for: a call
 * that only one allows would be refused without it.
 */
export class UsageLedger {
  readonly #entries = new Map<string, Decision>();
  #refusals = 0;

  record(decision: Omit<Decision, 'calls'>): void {
    const { principal, action, resource, allowed, by, context } = decision;
    const each = [resource, JSON.stringify(context)];
    const apart = allowed ? [shapeOf(resource)] : this.#refusals >= refusalsApart ? [] : each;
    const key = [principal, action, allowed, ...by.map(describeGrant), ...apart].join('\n');
    const known = this.#entries.get(key);
    if (!known && !allowed) this.#refusals += 1;
    this.#entries.set(key, { ...(known ?? decision), calls: (known?.calls ?? 0) + 1 });
  }

  /** In the order in which each was first met. */
  decisions(): readonly Decision[] {
    return [...this.#entries.values()];
  }
}

/** A resource with '#' for each name that has a digit, as those of runs, ranges and attempts have: 'lake/runs/geo/cities/#/plan.json'. */
function shapeOf(resource: string): string {
  return resource.replaceAll(/[^/.:]*\d[^/.:]*/g, '#');
}
