import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { FunctionDefinition, FunctionSurroundings } from './function-definition';
import { functionArn } from './function-definition';
import { functionEnvironment } from './function-environment';
import { FunctionError, ProcessEndedError } from './function-error';
import { splitLines } from './split-lines';

/** Time that Lambda gives a function to load before the invocation's own time runs: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const initMilliseconds = 10_000;

const errorSchema = z.object({ errorType: z.string(), errorMessage: z.string(), trace: z.array(z.string()) });
const replySchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ initError: errorSchema }),
  z.object({ id: z.string(), result: z.string() }),
  z.object({ id: z.string(), error: errorSchema }),
]);
type Reply = z.infer<typeof replySchema>;

interface Pending {
  readonly id: string;
  readonly event: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: FunctionError) => void;
  timer: NodeJS.Timeout;
  /** Of the two signs that an invocation is over, the one that came: its reply, its last line. */
  reply?: Reply;
  lastLine?: true;
}

/** One child process that runs a function's bundle: one invocation at a time, kept warm between them. */
export class FunctionProcess {
  /** Resolves when the process has ended and its temporary directory is gone. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #definition: FunctionDefinition;
  #ready = false;
  #alive = true;
  #killed = false;
  #failure: FunctionError | undefined;
  #pending: Pending | undefined;

  /** Forks at once; `onLine` gets every line that the function writes to stdout or stderr. */
  constructor(
    definition: FunctionDefinition,
    surroundings: FunctionSurroundings,
    onLine: (line: string) => void,
  ) {
    this.#definition = definition;
    const temporaryDirectory = join(surroundings.temporaryDirectory, definition.name, randomUUID());
    mkdirSync(temporaryDirectory, { recursive: true });
    this.#child = fork(join(__dirname, 'child.mjs'), [], {
      cwd: definition.codeDirectory,
      env: functionEnvironment(definition, surroundings, temporaryDirectory),
      execArgv: [`--max-old-space-size=${definition.memoryMegabytes}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C must reach the host only, which lets invocations finish.
      detached: true,
    });
    this.#child.on('message', (message) => {
      // Anything else is the function's own use of process.send, which Lambda would not hear either.
      const reply = replySchema.safeParse(message);
      if (reply.success) this.#onReply(reply.data);
    });
    if (this.#child.stdout) splitLines(this.#child.stdout, (line) => this.#onOutput(line, onLine));
    if (this.#child.stderr) splitLines(this.#child.stderr, (line) => line !== '' && onLine(line));
    this.#child.on('exit', () => {
      this.#alive = false;
    });
    this.ended = new Promise((resolve) => {
      this.#child.on('error', (error) => this.#end(`error: ${error.message}`, resolve, temporaryDirectory));
      // 'close' rather than 'exit': what the function wrote last has been read by then.
      this.#child.on('close', (code, signal) =>
        this.#end(signal ? `signal: ${signal}` : `exit status ${code}`, resolve, temporaryDirectory),
      );
    });
  }

  /** False once the process has ended or is about to. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Runs the handler; rejects with a FunctionError. The caller sees to it that invocations do not overlap. */
  invoke(id: string, event: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const bound = initMilliseconds + this.#definition.timeoutSeconds * 1000;
      const timer = setTimeout(() => this.#timeOut(), bound);
      this.#pending = { id, event: JSON.stringify(event ?? null), resolve, reject, timer };
      if (this.#ready) this.#send(this.#pending);
    });
  }

  /** SIGKILL, which no function can refuse, for the process and all that it started. */
  kill(): void {
    this.#alive = false;
    this.#killed = true;
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }

  #send(pending: Pending): void {
    const { name, timeoutSeconds } = this.#definition;
    const { id, event } = pending;
    clearTimeout(pending.timer);
    pending.timer = setTimeout(() => this.#timeOut(), timeoutSeconds * 1000);
    const deadline = Date.now() + timeoutSeconds * 1000;
    // A child that died meanwhile is reported by its 'close'.
    this.#child.send({ id, event, deadline, functionArn: functionArn(name) }, () => undefined);
  }

  #onReply(reply: Reply): void {
    if ('ready' in reply) {
      this.#ready = true;
      if (this.#pending) this.#send(this.#pending);
    } else if ('initError' in reply) {
      this.#failure = toError(reply.initError);
    } else if (this.#pending?.id === reply.id) {
      this.#pending.reply = reply;
      this.#settle(this.#pending);
    }
  }

  #onOutput(line: string, onLine: (line: string) => void): void {
    if (line.startsWith('\0end ')) {
      if (this.#pending?.id !== line.slice('\0end '.length)) return;
      this.#pending.lastLine = true;
      this.#settle(this.#pending);
    } else if (line !== '') {
      onLine(line);
    }
  }

  #settle({ reply, lastLine, resolve, reject, timer }: Pending): void {
    if (reply === undefined || lastLine === undefined) return;
    clearTimeout(timer);
    this.#pending = undefined;
    if ('result' in reply) resolve(JSON.parse(reply.result));
    else if ('error' in reply) reject(toError(reply.error));
  }

  #timeOut(): void {
    const seconds = this.#definition.timeoutSeconds.toFixed(2);
    this.#failure = new FunctionError(
      'Sandbox.Timedout',
      `RequestId: ${this.#pending?.id} Error: Task timed out after ${seconds} seconds`,
    );
    this.kill();
  }

  #ending(id: string, how: string): FunctionError {
    const ended = new ProcessEndedError(id, how);
    return this.#killed ? new FunctionError(ended.name, ended.message) : ended;
  }

  #end(how: string, resolve: () => void, temporaryDirectory: string): void {
    this.#alive = false;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) {
      clearTimeout(pending.timer);
      pending.reject(this.#failure ?? this.#ending(pending.id, how));
    }
    void rm(temporaryDirectory, { recursive: true, force: true }).then(resolve, resolve);
  }
}

function toError(error: z.infer<typeof errorSchema>): FunctionError {
  return new FunctionError(error.errorType, error.errorMessage, error.trace);
}
