import { count, duration } from './format';

/** What is known of a run that is under way. */
export interface Progress {
  readonly pages: number;
  readonly pagesPlanned: number;
  readonly records: number;
  /** Over the last seconds. */
  readonly requestsPerSecond: number;
  readonly throttled: number;
  readonly retries: number;
  /** Undefined until there is something to judge by. */
  readonly secondsLeft: number | undefined;
}

const barWidth = 28;

/** One line: bar, share, pages, records, rate, throttles, time left. */
export function progressLine(progress: Progress): string {
  const share = progress.pagesPlanned === 0 ? 1 : Math.min(1, progress.pages / progress.pagesPlanned);
  const filled = Math.floor(share * barWidth);
  const parts = [
    `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`,
    `${count(progress.pages)}/${count(progress.pagesPlanned)} pages`,
    `${count(progress.records)} records`,
    `${progress.requestsPerSecond.toFixed(1)} requests/s`,
    `${count(progress.throttled)} throttled`,
    ...(progress.retries > 0 ? [`${count(progress.retries)} retries`] : []),
    progress.secondsLeft === undefined ? 'estimating' : `${duration(progress.secondsLeft)} left`,
  ];
  return parts.join('  ');
}

/** A terminal, or a file that somebody reads later. */
export type Screen = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/** How often a line is written where it cannot be redrawn. */
const logMilliseconds = 5000;

/** Shows progress: redrawn in place on a terminal, a line now and then elsewhere. */
export class ProgressDisplay {
  readonly #screen: Screen;
  #lastLogged = 0;
  #drawn = false;

  constructor(screen: Screen = process.stderr) {
    this.#screen = screen;
  }

  update(progress: Progress): void {
    const line = `  ${progressLine(progress)}`;
    if (this.#screen.isTTY) {
      this.#screen.write(`\r\u001b[2K${line.slice(0, (this.#screen.columns ?? 80) - 1)}`);
      this.#drawn = true;
    } else if (Date.now() - this.#lastLogged >= logMilliseconds) {
      this.#lastLogged = Date.now();
      this.#screen.write(`${line}\n`);
    }
  }

  /** Writes a line that stays, above the bar. */
  say(line: string): void {
    this.clear();
    this.#screen.write(`${line}\n`);
  }

  /** Removes the bar. */
  clear(): void {
    if (this.#drawn) this.#screen.write('\r\u001b[2K');
    this.#drawn = false;
  }
}
