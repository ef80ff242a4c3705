import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenEnvironment } from '../environment/open-environment';
import { counted } from '../format';
import { type DatasetName, isAlive, readStatuses, type WatchedStatus } from './read-status';
import { openSentence, stateLabel, statusLines } from './status-lines';

/** How often is looked: each look lists the objects of every open run. */
const lookMilliseconds = { local: 1000, deployed: 5000 };

/** A line for a file is written this often at most, unless the state changes. */
const lineMilliseconds = 5000;

/** Where it is shown: a terminal is redrawn, anything else gets a line for each change. */
export type WatchScreen = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

export interface WatchOptions {
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly screen?: WatchScreen;
  /** Between two looks. @default a second here, five of a deployed environment */
  readonly pauseMilliseconds?: number | undefined;
}

/** Shows where datasets stand until no run of theirs can go on by itself, or `signal` aborts; resolves to how they stand then. */
export async function watchStatus(
  environment: OpenEnvironment,
  names: readonly DatasetName[],
  { json, signal, screen = process.stdout, pauseMilliseconds }: WatchOptions,
): Promise<WatchedStatus[]> {
  const display = screen.isTTY && !json ? new Frames(screen) : new Lines(screen, json);
  for (;;) {
    // First: what ends between the two has then left everything as it stays.
    const alive = await isAlive(environment);
    const statuses = await readStatuses(environment, names);
    const context = { environment: environment.name, now: new Date(), alive };
    const open = statuses.flatMap((status) => (status.open ? [status.open] : []));
    const goesOn = alive && open.some(({ state }) => state !== 'blocked') && !signal.aborted;
    display.show(statuses, context, !goesOn);
    if (!goesOn) return statuses;
    const usual = environment.name === 'local' ? lookMilliseconds.local : lookMilliseconds.deployed;
    const pause = pauseMilliseconds ?? usual;
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

type Context = Parameters<typeof statusLines>[1];

/** Redraws what it has shown. */
class Frames {
  #lines = 0;
  constructor(readonly screen: WatchScreen) {}

  show(statuses: readonly WatchedStatus[], context: Context, last: boolean): void {
    const lines = statuses.flatMap((status) => statusLines(status, context));
    // Some terminals have none, and say 0.
    const width = (this.screen.columns || 80) - 1;
    // A line that wraps would be two to go back over; the last frame stays, and may.
    const shown = last ? lines : lines.map((line) => line.slice(0, width));
    const back = this.#lines > 0 ? `\u001b[${this.#lines}A\u001b[J` : '';
    this.screen.write(`${back}${shown.join('\n')}\n`);
    this.#lines = shown.length;
  }
}

/** Says what has changed, and at the end everything. */
class Lines {
  readonly #said = new Map<string, { readonly state: string; readonly fact: string; readonly at: number }>();
  constructor(
    readonly screen: WatchScreen,
    readonly json: boolean,
  ) {}

  show(statuses: readonly WatchedStatus[], context: Context, last: boolean): void {
    for (const status of statuses) this.#change(status, context, last);
    if (!last || this.json) return;
    for (const status of statuses) this.screen.write(`${statusLines(status, context).join('\n')}\n`);
  }

  #change(status: WatchedStatus, context: Context, last: boolean): void {
    const name = `${status.source}/${status.dataset}`;
    const { open, published, failed, unreadable } = status;
    const state = open
      ? `${open.runId} ${stateLabel(open)}`
      : `${published?.runId} ${failed?.runId} ${unreadable}`;
    const fact = open ? `${open.pages} ${open.missing} ${open.failed.length}` : state;
    const said = this.#said.get(name);
    if (
      said?.state === state &&
      (said.fact === fact || (context.now.getTime() - said.at < lineMilliseconds && !last))
    )
      return;
    this.#said.set(name, { state, fact, at: context.now.getTime() });
    if (this.json) this.screen.write(`${JSON.stringify(status)}\n`);
    else this.screen.write(`${context.now.toISOString()} ${name} ${changeLine(status, context)}\n`);
  }
}

function changeLine({ open, published, failed, unreadable }: WatchedStatus, context: Context): string {
  if (open) return `${stateLabel(open)}: ${openSentence(open, context)}`;
  if (unreadable) return `unreadable: ${unreadable.join('; ')}`;
  if (failed) return `${failed.state}: run ${failed.runId}`;
  return published
    ? `published: ${counted(published.records, 'record')}, run ${published.runId}`
    : 'nothing is open';
}
