import { count, counted } from '../format';
import type { Screen } from '../load/progress';

/** How often a line is written where it cannot be redrawn. */
const logMilliseconds = 5000;

/** Shows how many messages have been moved: redrawn in place on a terminal, a line now and then elsewhere. */
export class MoveDisplay {
  readonly #screen: Screen;
  #lastLogged = Date.now();
  #drawn = false;

  constructor(screen: Screen = process.stderr) {
    this.#screen = screen;
  }

  /** `of` is undefined while nobody knows how many there are. */
  update(moved: number, of: number | undefined): void {
    const line = `  moved        ${of === undefined ? counted(moved, 'message') : `${count(moved)} of ${counted(of, 'message')}`}`;
    if (this.#screen.isTTY) {
      this.#screen.write(`\r\u001b[2K${line}`);
      this.#drawn = true;
    } else if (Date.now() - this.#lastLogged >= logMilliseconds) {
      this.#lastLogged = Date.now();
      this.#screen.write(`${line}\n`);
    }
  }

  /** Writes a line that stays. */
  say(line: string): void {
    this.clear();
    this.#screen.write(`${line}\n`);
  }

  /** Removes what would be redrawn. */
  clear(): void {
    if (this.#drawn) this.#screen.write('\r\u001b[2K');
    this.#drawn = false;
  }
}
