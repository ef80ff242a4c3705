import type { Alarms, CompositeAlarm } from './alarm-definitions';
import { type AlarmState, alarmStates } from './alarm-states';
import type { Samples } from './metric-samples';

/** An alarm that changed, or a page that somebody got. */
export interface AlarmChange {
  readonly name: string;
  readonly state: AlarmState;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface AlarmHistory {
  /** Of every alarm, in order of time. All are OK before. */
  readonly changes: readonly AlarmChange[];
  /** What somebody is told: by alarms with actions, and not while they are suppressed. */
  readonly pages: readonly AlarmChange[];
}

const minute = 60_000;

/**
 * What alarms do from a time to another, looked at every minute as CloudWatch does. An alarm with a suppressor acts after its wait, unless the
 * suppressor is in ALARM then, and once the suppressor has been OK for the extension (CloudWatch User Guide, "Suppressing composite alarm
 * actions"). What it then tells is its state at that time; nothing, where that is what it has told last. The User Guide does not say the
 * latter for a state that was left again before the wait was over.
 */
export function alarmHistory(alarms: Alarms, samples: Samples, from: number, to: number): AlarmHistory {
  const changes: AlarmChange[] = [];
  const pages: AlarmChange[] = [];
  const actors = alarms.composite.filter(({ hasActions }) => hasActions).map((alarm) => new Actor(alarm));
  let before: ReadonlyMap<string, AlarmState> = new Map();
  for (let at = from; at <= to; at += minute) {
    const states = alarmStates(alarms, samples, at);
    for (const [name, state] of states) {
      if ((before.get(name) ?? 'OK') !== state) changes.push({ name, state, at });
    }
    for (const actor of actors) {
      const told = actor.look(states, at);
      if (told !== undefined) pages.push({ name: actor.name, state: told, at });
    }
    before = states;
  }
  return { changes, pages };
}

/** One alarm that tells somebody. */
class Actor {
  readonly name: string;
  readonly #suppressor: CompositeAlarm['suppressor'];
  #told: AlarmState = 'OK';
  #state: AlarmState = 'OK';
  #changedAt = Number.NEGATIVE_INFINITY;
  #suppressedUntil = Number.NEGATIVE_INFINITY;

  constructor({ name, suppressor }: CompositeAlarm) {
    this.name = name;
    this.#suppressor = suppressor;
  }

  /** What somebody is told now; undefined when nothing is. */
  look(states: ReadonlyMap<string, AlarmState>, at: number): AlarmState | undefined {
    const state = states.get(this.name) ?? 'OK';
    if (state !== this.#state) this.#changedAt = at;
    this.#state = state;
    const { name, wait = 0, extension = 0 } = this.#suppressor ?? {};
    const suppressed = name !== undefined && states.get(name) === 'ALARM';
    if (suppressed) this.#suppressedUntil = at + 1000 * extension;
    const waits = state === 'ALARM' && at < this.#changedAt + 1000 * wait;
    if (state === this.#told || suppressed || waits || at < this.#suppressedUntil) return undefined;
    this.#told = state;
    return state;
  }
}
