/** A terminal, or a file that somebody reads later. */
export type Screen = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/** How often a line is written where it cannot be redrawn. */
const logMilliseconds = 5000;

/** A line that tells how far something is: redrawn in place on a terminal, written now and then elsewhere. */
export class LiveLine {
  readonly #screen: Screen;
  #lastLogged: number;
  #drawn = false;

  /** Elsewhere than on a terminal the first line is written at once, or, where it is to be `patient`, after a while. */
  constructor(screen: Screen = process.stderr, { patient = false }: { readonly patient?: boolean } = {}) {
    this.#screen = screen;
    this.#lastLogged = patient ? Date.now() : 0;
  }

  /** On a terminal, what is wider than it is cut off. */
  draw(line: string): void {
    if (this.#screen.isTTY) {
      this.#screen.write(`\r\u001b[2K${line.slice(0, (this.#screen.columns || 80) - 1)}`);
      this.#drawn = true;
    } else if (Date.now() - this.#lastLogged >= logMilliseconds) {
      this.#lastLogged = Date.now();
      this.#screen.write(`${line}\n`);
    }
  }

  /** Writes a line that stays, above the one that is redrawn. */
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
