import type { RequestContext, SpokenAction } from './authorize';
import { describeGrant, type Grant } from './grant';

/** What was decided on one or more calls. */
export interface Decision {
  /** Name of the caller: a function's, a role's. */
  readonly principal: string;
  readonly action: SpokenAction;
  /** The ARN that the first of the calls asked for. */
  readonly resource: string;
  /** The prefix that it asked for, where it was a list. */
  readonly prefix?: string;
  readonly allowed: boolean;
  /** The grants that allow it, each by itself; none where it was refused, or where the caller may do everything. */
  readonly by: readonly Grant[];
  readonly calls: number;
}

/** Refused calls that are told apart; policies bound the number of all others. */
const refusalsApart = 1000;

/**
 * What callers made use of: calls that the same grants allow are one entry, with one of them as the example. So its size depends
 * on the policies, not on the number of calls, and it still tells what every grant is needed for: a call that only one allows
 * would be refused without it.
 */
export class UsageLedger {
  readonly #entries = new Map<string, Decision>();
  #refusals = 0;

  record({ prefix }: RequestContext, decision: Omit<Decision, 'calls' | 'prefix'>): void {
    const { principal, action, allowed, by } = decision;
    const apart = allowed || this.#refusals >= refusalsApart ? [] : [decision.resource, prefix ?? ''];
    const key = [principal, action, allowed, ...by.map(describeGrant), ...apart].join('\n');
    const known = this.#entries.get(key);
    if (!known && !allowed) this.#refusals += 1;
    const first = known ?? { ...decision, ...(prefix === undefined ? {} : { prefix }) };
    this.#entries.set(key, { ...first, calls: (known?.calls ?? 0) + 1 });
  }

  /** In the order in which each was first met. */
  decisions(): readonly Decision[] {
    return [...this.#entries.values()];
  }
}
