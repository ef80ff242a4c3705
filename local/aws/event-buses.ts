import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import { localAccount } from '../local-account';

/** An event as the target of a rule gets it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, in whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An event and the name of the bus that it was put on. */
export interface PutEvent {
  readonly bus: string;
  readonly event: BusEvent;
}

export interface EventBusesOptions {
  readonly region: string;
  /** Where events are written, a line each, to `<directory>/<bus>.jsonl`. @default nowhere, they are only in memory */
  readonly directory: string | undefined;
  /** Told of every event, once it is written. */
  readonly onEvent: ((put: PutEvent) => void) | undefined;
}

/** The event buses of the local AWS. They keep what is put on them for somebody to look at; rules and their targets are for AWS. */
export class EventBuses {
  readonly region: string;
  readonly #events = new Map<string, BusEvent[]>();

  constructor(private readonly options: EventBusesOptions) {
    this.region = options.region;
  }

  /** Makes a bus; a ConfigurationError for a name that EventBridge refuses (CreateEventBus, "Name"), or that is taken. */
  create(name: string): void {
    if (!/^[\w.-]{1,256}$/.test(name)) {
      throw new ConfigurationError(
        `${JSON.stringify(name)} is no name for an event bus. Use up to 256 letters, digits, dots, hyphens and underscores.`,
      );
    }
    if (this.#events.has(name)) throw new ConfigurationError(`There is an event bus ${name} already.`);
    this.#events.set(name, []);
  }

  has(name: string): boolean {
    return this.#events.has(name);
  }

  arn(name: string): string {
    return `arn:aws:events:${this.region}:${localAccount}:event-bus/${name}`;
  }

  /** Writes an event before anybody hears of it. */
  put(bus: string, event: BusEvent): void {
    const { directory, onEvent } = this.options;
    if (directory !== undefined) {
      mkdirSync(directory, { recursive: true });
      appendFileSync(join(directory, `${bus}.jsonl`), `${JSON.stringify(event)}\n`);
    }
    this.#events.get(bus)?.push(event);
    onEvent?.({ bus, event });
  }

  /** What was put on a bus since it was made, in that order; a ConfigurationError when there is no such bus. */
  events(name: string): readonly BusEvent[] {
    const events = this.#events.get(name);
    if (events) return [...events];
    throw new ConfigurationError(
      `There is no event bus ${name}; there are: ${[...this.#events.keys()].join(', ')}.`,
    );
  }
}
