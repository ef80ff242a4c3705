import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const projectRoot = join(__dirname, '..', '..');

/** How a command ended, and what it said. */
export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line in a process of its own, with a data folder of its own. */
export class BaseloadProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  #stdout = '';
  #stderr = '';

  /** @param root the project, or a copy of it */
  constructor(
    dataFolder: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
    root: string = projectRoot,
  ) {
    this.#child = spawn(process.execPath, [join(root, 'bin', 'baseload.js'), ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, BASELOAD_DATA: dataFolder, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout?.on('data', (chunk) => {
      this.#stdout += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk;
    });
  }

  /** Resolves when it has ended. */
  async finished(): Promise<Finished> {
    const [code, signal] = await this.#closed;
    return {
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    };
  }

  /** Resolves when it has said something on stderr, or has ended. */
  async said(text: string): Promise<void> {
    while (!this.#stderr.includes(text) && this.#child.exitCode === null && this.#child.signalCode === null) {
      await Promise.race([once(this.#child.stderr ?? this.#child, 'data'), this.#closed]);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Runs a command to its end. */
export function baseload(
  dataFolder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return new BaseloadProcess(dataFolder, args, variables).finished();
}

/** A data folder for one test. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'baseload-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
