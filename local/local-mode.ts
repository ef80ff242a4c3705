import { EventEmitter } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../core/errors';
import type { PutEvent } from './aws/event-buses';
import type { Grant } from './aws/grant';
import type { LocalAws } from './aws/local-aws';
import { startLocalAws } from './aws/local-aws';
import type { Decision } from './aws/usage-ledger';
import { openDataDirectory } from './data-directory';
import { removeEndpoint, writeEndpoint } from './endpoint-file';
import { EventSource } from './lambda/event-source';
import { functionArn } from './lambda/function-definition';
import type { FunctionEvents } from './lambda/function-host';
import { FunctionHost } from './lambda/function-host';
import type { ScheduleDefinition } from './lambda/schedule';
import { runSchedule, scheduledEvent } from './lambda/schedule';
import { localRegion } from './local-account';
import { userAccessKeyId } from './serve-storage';
import type { LocalStack } from './template/deploy-locally';
import { deployLocally } from './template/deploy-locally';
import { synthesize } from './template/synthesize';

/** Where to run the project's stack, and with what. */
export interface LocalModeOptions {
  /** Absolute path of the folder with cdk.json, bin/app.ts and node_modules. */
  readonly projectRoot: string;
  /** Absolute path of the folder for everything local. @default <projectRoot>/.baseload */
  readonly dataDirectory?: string;
  /** CDK context besides `environment`, which is 'local': 'local:geonames:baseUrl' and the like. @default none */
  readonly context?: Readonly<Record<string, unknown>>;
  /** The value of a secret by its full name ('baseload/local/geonames/token'), or undefined when there is none. */
  readonly secret: (name: string) => string | undefined;
}

/** What happens in local mode. */
export interface LocalModeEvents extends FunctionEvents {
  /** The disk is full or refuses to be written: no run can go on. */
  'storage-failure': [Error];
  /** An event source cannot read its queue or delete from it; it keeps trying. */
  'event-source-failure': [{ readonly functionName: string; readonly error: Error }];
  /** The role of a schedule that startSchedules() began may not invoke its function. */
  'schedule-failure': [{ readonly schedule: string; readonly error: Error }];
  /** Somebody put an event on a bus. */
  'run-event': [PutEvent];
}

/**
 * The project's own stack, running on this machine: its buckets and queues in a local AWS, its functions in processes.
 * Below the data directory: s3/<bucket>/<key>, logs/<function>.log, queues/<DLQ>.jsonl, events/<bus>.jsonl, glue/<database>/<table>.json,
 * cdk.out/, tmp/, secrets.json, and endpoint.json while it is up.
 */
export class LocalMode extends EventEmitter<LocalModeEvents> {
  /** URL of every service of the local AWS. */
  readonly endpoint: string;
  /** The template's output LakeBucket. */
  readonly lakeBucket: string;
  /** Folder in which every object of the lake is a file named by its key. */
  readonly lakeDirectory: string;
  /** Signs the caller's own requests; the secret access key may be anything. */
  readonly accessKeyId = userAccessKeyId;
  /** Physical names of the functions. */
  readonly functions: readonly string[];
  /** What AWS would start by itself. */
  readonly schedules: readonly ScheduleDefinition[];
  readonly #aws: LocalAws;
  readonly #hosts: ReadonlyMap<string, FunctionHost>;
  readonly #sources: readonly EventSource[];
  readonly #release: () => Promise<void>;
  readonly #dataDirectory: string;
  #stopSchedules: (() => void)[] = [];
  #stopped: Promise<void> | undefined;

  /** Use startLocalMode. */
  constructor(parts: {
    readonly aws: LocalAws;
    readonly stack: LocalStack;
    readonly lakeBucket: string;
    readonly projectRoot: string;
    readonly dataDirectory: string;
    readonly release: () => Promise<void>;
  }) {
    super();
    const { aws, stack, dataDirectory, projectRoot } = parts;
    this.#aws = aws;
    this.#release = parts.release;
    this.#dataDirectory = dataDirectory;
    this.endpoint = aws.url;
    this.lakeBucket = parts.lakeBucket;
    this.lakeDirectory = join(dataDirectory, 's3', parts.lakeBucket);
    this.functions = stack.functions.map(({ name }) => name);
    this.schedules = stack.schedules;
    const surroundings = { endpoint: aws.url, projectRoot, temporaryDirectory: join(dataDirectory, 'tmp') };
    this.#hosts = new Map(
      stack.functions.map((definition) => {
        const logFile = join(dataDirectory, 'logs', `${definition.name}.log`);
        return [definition.name, this.#watchHost(new FunctionHost(definition, surroundings, logFile))];
      }),
    );
    this.#sources = stack.eventSources.map((definition) => {
      const invoke = (event: unknown) => this.#host(definition.functionName).invoke(event);
      return this.#watchSource(new EventSource(definition, aws.url, invoke), definition.functionName);
    });
  }

  /** Invokes a function and waits for it. Rejects with an error that has the function's own name and message. */
  async invoke(functionName: string, event: unknown): Promise<{ readonly result: unknown }> {
    return { result: await this.#host(functionName).invoke(event) };
  }

  /**
   * Does now what the Scheduler would do at a schedule's time, with the schedule's own role, whether it is enabled or not. Rejects with
   * AccessDenied where the role may not invoke the function, otherwise as invoke() does.
   */
  async invokeSchedule(name: string, scheduledTime = new Date()): Promise<{ readonly result: unknown }> {
    const schedule = this.schedules.find((one) => one.name === name);
    if (schedule) {
      this.#requireInvocation(schedule);
      return this.invoke(schedule.functionName, scheduledEvent(schedule, scheduledTime));
    }
    throw new ConfigurationError(
      `There is no schedule '${name}' in the stack: it has ${this.schedules.map((one) => one.name).join(', ')}.`,
    );
  }

  /** When a queue's oldest message was sent, in milliseconds since the epoch; undefined where it has none. */
  oldestSentAt(queueName: string): number | undefined {
    return this.#aws.queue(queueName).oldestSentAt();
  }

  /** What functions and schedules are allowed, by the function's or the role's name. */
  grants(): ReadonlyMap<string, readonly Grant[]> {
    return this.#aws.grants();
  }

  /** What was asked of the policies of functions and schedules since the start, and which grants allowed it. */
  decisions(): readonly Decision[] {
    return this.#aws.decisions();
  }

  /** The workers' pull on their queues. Not started by itself. */
  readonly eventSources = {
    /** Rejects with a ConfigurationError where AWS would refuse a mapping. */
    start: async (): Promise<void> => {
      await Promise.all(this.#sources.map((source) => source.start()));
    },
    /** Takes up to a second when queues are empty. Resolves to the number of invocations that outlasted the grace. */
    stop: async (graceMilliseconds = 0): Promise<number> => {
      const unfinished = await Promise.all(this.#sources.map((source) => source.pause(graceMilliseconds)));
      return unfinished.reduce((sum, count) => sum + count, 0);
    },
  };

  /** Begins to invoke the functions of enabled rate schedules, the first time after one interval. Cron schedules are not run. */
  startSchedules(): void {
    this.stopSchedules();
    this.#stopSchedules = this.schedules.map((schedule) =>
      runSchedule(schedule, (event) => this.#onSchedule(schedule, event)),
    );
  }

  /** Ends what startSchedules() began; invocations in flight go on. */
  stopSchedules(): void {
    for (const stop of this.#stopSchedules) stop();
    this.#stopSchedules = [];
  }

  /**
   * Stops schedules and pollers, gives the invocations in flight `graceMilliseconds` in all, kills what is left, closes
   * the server and releases the data directory. A second call waits for the first.
   */
  stop({ graceMilliseconds }: { readonly graceMilliseconds: number }): Promise<void> {
    this.#stopped ??= this.#stop(graceMilliseconds);
    return this.#stopped;
  }

  async #stop(graceMilliseconds: number): Promise<void> {
    const started = Date.now();
    this.stopSchedules();
    try {
      await removeEndpoint(this.#dataDirectory);
      await Promise.all(this.#sources.map((source) => source.stop(graceMilliseconds)));
      const left = Math.max(0, graceMilliseconds - (Date.now() - started));
      await Promise.all([...this.#hosts.values()].map((host) => host.stop(left)));
      await this.#aws.close();
    } finally {
      await this.#release();
    }
  }

  /** A failure of the function is its own to log; one of the schedule has nobody else to tell of it. */
  async #onSchedule(schedule: ScheduleDefinition, event: unknown): Promise<unknown> {
    try {
      this.#requireInvocation(schedule);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.emit('schedule-failure', { schedule: schedule.name, error });
      return undefined;
    }
    return this.#host(schedule.functionName).invoke(event);
  }

  #requireInvocation({ roleName, functionName }: ScheduleDefinition): void {
    this.#aws.require(roleName, 'lambda:InvokeFunction', functionArn(functionName));
  }

  #host(functionName: string): FunctionHost {
    const host = this.#hosts.get(functionName);
    if (host) return host;
    throw new ConfigurationError(
      `There is no function '${functionName}' in the stack: it has ${this.functions.join(', ')}.`,
    );
  }

  #watchHost(host: FunctionHost): FunctionHost {
    host.on('metrics', (metrics) => this.emit('metrics', metrics));
    host.on('invocation-ended', (ended) => this.emit('invocation-ended', ended));
    host.on('log', (log) => this.emit('log', log));
    host.on('process-ended', (ended) => this.emit('process-ended', ended));
    return host;
  }

  #watchSource(source: EventSource, functionName: string): EventSource {
    return source.on('problem', (error) => this.emit('event-source-failure', { functionName, error }));
  }
}

/**
 * Synthesizes the project's stack for the environment 'local' and starts everything in it but pollers and schedules.
 * Rejects with a ConfigurationError when the app fails, when the data directory is in use, or when the template holds
 * what local mode cannot honour; nothing is left running then.
 */
export async function startLocalMode(options: LocalModeOptions): Promise<LocalMode> {
  const { projectRoot, dataDirectory = join(projectRoot, '.baseload'), context = {}, secret } = options;
  const { release } = await openDataDirectory(dataDirectory);
  let aws: LocalAws | undefined;
  // The server may report a full disk before there is anybody to hear of it.
  let local: LocalMode | undefined;
  try {
    // What a killed process left behind.
    await rm(join(dataDirectory, 'tmp'), { recursive: true, force: true });
    const [stack, ...others] = await synthesize({
      projectRoot,
      outDirectory: join(dataDirectory, 'cdk.out'),
      context: { ...context, environment: 'local' },
    });
    if (stack === undefined || others.length > 0) {
      throw new ConfigurationError('Local mode runs an app with one stack: leave only one in bin/app.ts.');
    }
    aws = await startLocalAws({
      directory: join(dataDirectory, 's3'),
      region: localRegion,
      secret,
      secretsFile: join(dataDirectory, 'secrets.json'),
      queuesDirectory: join(dataDirectory, 'queues'),
      tablesDirectory: join(dataDirectory, 'glue'),
      eventsDirectory: join(dataDirectory, 'events'),
      onStorageFailure: (error) => local?.emit('storage-failure', error),
      onEvent: (put) => local?.emit('run-event', put),
    });
    const deployed = await deployLocally(stack, aws);
    const { LakeBucket: lakeBucket } = deployed.outputs;
    if (lakeBucket === undefined) {
      throw new ConfigurationError(`The stack ${stack.name} has no output LakeBucket, which names the lake.`);
    }
    aws.addPrincipal(userAccessKeyId, { name: userAccessKeyId, statements: 'all' });
    local = new LocalMode({ aws, stack: deployed, lakeBucket, projectRoot, dataDirectory, release });
    await writeEndpoint(dataDirectory, { url: aws.url, accessKeyId: userAccessKeyId, lakeBucket });
    return local;
  } catch (error) {
    await aws?.close();
    await release();
    throw error;
  }
}
