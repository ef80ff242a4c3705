import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:fs';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { type EmbeddedMetrics, parseEmbeddedMetrics } from './embedded-metrics';
import type { FunctionDefinition, FunctionSurroundings } from './function-definition';
import { FunctionError, ProcessEndedError } from './function-error';
import { FunctionProcess } from './function-process';
import { settleWithin } from './settle-within';

/** An invocation that is over. */
export interface InvocationEnded {
  readonly functionName: string;
  readonly invocation: string;
  /** Whether Lambda would count it among the function's errors. */
  readonly failed: boolean;
  /** How long it took, the start of a new process included. */
  readonly milliseconds: number;
}

/** What a function prints, sorted. Every line of an invocation is emitted before the invocation settles. */
export interface FunctionEvents {
  /** `invocation` is the id of the one that printed it. */
  metrics: [EmbeddedMetrics & { readonly invocation?: string | undefined }];
  /** After all that it printed, however it ended. */
  'invocation-ended': [InvocationEnded];
  log: [{ readonly functionName: string; readonly line: string }];
  /** A process ended by itself while it worked; `how` is 'exit status 3' or 'signal: SIGABRT'. */
  'process-ended': [{ readonly functionName: string; readonly how: string }];
}

/** Runs one function as Lambda does: a process per concurrent execution, kept warm, killed when its time is over. */
export class FunctionHost extends EventEmitter<FunctionEvents> {
  readonly #definition: FunctionDefinition;
  readonly #surroundings: FunctionSurroundings;
  readonly #log: WriteStream;
  readonly #idle: FunctionProcess[] = [];
  readonly #processes = new Set<FunctionProcess>();
  /** What each process is at; a process does one invocation at a time. */
  readonly #current = new Map<FunctionProcess, string>();
  readonly #invocations = new Set<Promise<unknown>>();
  #stopping = false;

  /** Starts no process before the first invocation. `logFile` is created where needed and appended to. */
  constructor(definition: FunctionDefinition, surroundings: FunctionSurroundings, logFile: string) {
    super();
    this.#definition = definition;
    this.#surroundings = surroundings;
    mkdirSync(dirname(logFile), { recursive: true });
    this.#log = createWriteStream(logFile, { flags: 'a' });
    // A log that cannot be written, on a full disk for one, must not end the run: the lines are emitted all the same.
    this.#log.on('error', () => undefined);
  }

  /** The function's physical name. */
  get name(): string {
    return this.#definition.name;
  }

  /** Resolves to what the handler returned (JSON); rejects with a FunctionError that carries its name and message. */
  async invoke(event: unknown): Promise<unknown> {
    if (this.#stopping) throw new FunctionError('Runtime.Stopping', `${this.name} is being stopped`);
    const invocation = this.#run(event);
    this.#invocations.add(invocation);
    try {
      return await invocation;
    } finally {
      this.#invocations.delete(invocation);
    }
  }

  /** Refuses new invocations, gives those in flight `graceMilliseconds`, then kills every process. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true;
    await settleWithin(this.#invocations, graceMilliseconds);
    for (const process of this.#processes) process.kill();
    await Promise.all([...this.#processes].map((process) => process.ended));
    this.#log.end();
    await finished(this.#log).catch(() => undefined);
  }

  async #run(event: unknown): Promise<unknown> {
    const id = randomUUID();
    const process = this.#take();
    const started = performance.now();
    let failed = false;
    this.#current.set(process, id);
    try {
      return await process.invoke(id, event);
    } catch (error) {
      failed = true;
      if (error instanceof FunctionError) this.#report(id, error);
      if (error instanceof ProcessEndedError)
        this.emit('process-ended', { functionName: this.name, how: error.how });
      throw error;
    } finally {
      this.#current.delete(process);
      const milliseconds = performance.now() - started;
      this.emit('invocation-ended', { functionName: this.name, invocation: id, failed, milliseconds });
      if (process.alive) this.#idle.push(process);
    }
  }

  /** A warm process, the most recently used first as Lambda does, or a new one. */
  #take(): FunctionProcess {
    for (let process = this.#idle.pop(); process; process = this.#idle.pop()) {
      if (process.alive) return process;
    }
    const process: FunctionProcess = new FunctionProcess(this.#definition, this.#surroundings, (line) =>
      this.#onLine(line, this.#current.get(process)),
    );
    this.#processes.add(process);
    void process.ended.then(() => this.#processes.delete(process));
    return process;
  }

  #onLine(line: string, invocation: string | undefined): void {
    const metrics = parseEmbeddedMetrics(line);
    if (metrics) for (const one of metrics) this.emit('metrics', { ...one, invocation });
    else this.#write(line);
  }

  /** Lambda's runtime logs a failed invocation whether or not the function did. */
  #report(requestId: string, { name, message, trace }: FunctionError): void {
    this.#write(
      JSON.stringify({
        level: 'ERROR',
        requestId,
        errorType: name,
        errorMessage: message,
        stackTrace: trace,
      }),
    );
  }

  #write(line: string): void {
    if (this.#log.writable) this.#log.write(`${line}\n`);
    this.emit('log', { functionName: this.name, line });
  }
}
