import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../core/clock';
import { ConfigurationError } from '../../core/errors';
import type { Clock } from '../../core/run/ports';
import { localAccount } from '../local-account';
import { type PolicyStatement, Principal, type SpokenAction } from './authorize';
import { AwsRouter } from './aws-router';
import type { RequestContext } from './condition';
import { type BusEvent, EventBuses, type PutEvent } from './event-buses';
import { GlueTables } from './glue-tables';
import type { Grant } from './grant';
import { MessageJournal } from './message-journal';
import { MoveTasks } from './move-tasks';
import { errorCode } from './object-file';
import { ObjectStore, type UploadFile } from './object-store';
import { mayRedrive, parseQueueAttributes } from './queue-attributes';
import { secretStore } from './secret-store';
import { describeQueue, queueUrl } from './sqs-handler';
import { type Redrive, SqsQueue } from './sqs-queue';
import { type Decision, UsageLedger } from './usage-ledger';

/** What the local AWS needs. */
export interface LocalAwsOptions {
  /** Where objects go: `<directory>/<bucket>/<key>`. Made when it is missing. */
  readonly directory: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** The value of a secret by its full name; undefined when there is none. */
  readonly secret: (name: string) => string | undefined;
  /** Where secrets that are written are kept. @default in memory */
  readonly secretsFile?: string;
  /** Where dead letters are kept, a file per DLQ, so that they outlive the process. @default in memory */
  readonly queuesDirectory?: string;
  /** Where events are written, a line each, to `<directory>/<bus>.jsonl`. @default only in memory */
  readonly eventsDirectory?: string;
  /** Where the tables of Glue are kept: `<directory>/<database>/<table>.json`. @default in memory */
  readonly tablesDirectory?: string;
  /** Told of every event that is put on a bus. */
  readonly onEvent?: (put: PutEvent) => void;
  /** Told when the disk is full, beside the answer to the call that met it. */
  readonly onStorageFailure?: (error: Error) => void;
  /** Region in the ARNs of queues and event buses. @default 'us-east-1' */
  readonly region?: string;
  /** @default the machine's own time */
  readonly clock?: Clock;
  /** Opens the file that an upload goes to. @default the file system's own */
  readonly openUpload?: (path: string) => Promise<UploadFile>;
}

/** A queue as seen from inside the process. */
export interface LocalQueue {
  readonly url: string;
  readonly arn: string;
  /** As GetQueueAttributes answers them: every value a text. */
  attributes(): Readonly<Record<string, string>>;
  depth(): { readonly waiting: number; readonly inFlight: number; readonly delayed: number };
  /** When its oldest message was sent, as SQS's metric of its age counts; undefined where there is none. */
  oldestSentAt(): number | undefined;
}

/** A small AWS on 127.0.0.1: the calls of S3, SQS, Secrets Manager, EventBridge and Glue that Baseload makes, and no others. */
export interface LocalAws {
  /** The endpoint of every service, without a trailing slash. */
  readonly url: string;
  /** Makes a bucket, or takes up the one that is in the directory with all its objects. */
  createBucket(name: string): Promise<void>;
  /** Makes an empty queue; a dead-letter queue comes before the queue that names it. Attributes as in SQS, all texts. */
  createQueue(queue: { readonly name: string; readonly attributes: Readonly<Record<string, string>> }): {
    url: string;
    arn: string;
  };
  /** Lets calls signed with an access key id in, as far as the policy statements go. */
  addPrincipal(
    accessKeyId: string,
    principal: { readonly name: string; readonly statements: readonly PolicyStatement[] | 'all' },
  ): void;
  queue(name: string): LocalQueue;
  /** Makes an event bus that keeps what is put on it. */
  createEventBus(name: string): void;
  /** Makes a Glue database, or takes up the one that is kept with all its tables. */
  createDatabase(name: string): void;
  /** What was put on a bus since it was made. */
  events(bus: string): readonly BusEvent[];
  /** For what AWS does by itself with a role: throws AccessDenied unless that principal may do `action` with the ARN `resource`. */
  require(accessKeyId: string, action: SpokenAction, resource: string, context?: RequestContext): void;
  /** What every principal with policies is allowed, by its name. */
  grants(): ReadonlyMap<string, readonly Grant[]>;
  /** What was asked of the policies since the start, and which grants allowed it. */
  decisions(): readonly Decision[];
  /** Answers what is under way, long polls at once and empty, and stops. */
  close(): Promise<void>;
}

const defaultRegion = 'us-east-1';

/** How long calls under way may take to end when the server closes. */
const closeMilliseconds = 2000;

/** Starts the local AWS. Throws a ConfigurationError when the port is taken. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const store = new ObjectStore(options.directory, options.openUpload);
  await store.prepare();
  const aws = new LocalAwsServer(options, store);
  await aws.listen(options.port ?? 0);
  return aws;
}

class LocalAwsServer implements LocalAws {
  url = '';
  readonly byName = new Map<string, SqsQueue>();
  readonly moves: MoveTasks;
  readonly principals = new Map<string, Principal>();
  readonly #server: Server;
  readonly #router: AwsRouter;
  readonly #clock: Clock;
  readonly #idPrefix = randomUUID().slice(0, 24);
  readonly #kept = new Set<SqsQueue>();
  readonly #ledger = new UsageLedger();
  readonly #buses: EventBuses;
  readonly #tables: GlueTables;
  #messages = 0;

  constructor(
    private readonly options: LocalAwsOptions,
    private readonly store: ObjectStore,
  ) {
    this.#clock = options.clock ?? systemClock;
    this.moves = new MoveTasks({
      clock: this.#clock,
      nextMessageId: () => this.nextMessageId(),
      queueByArn: (arn) => this.#byArn(arn),
    });
    this.#buses = new EventBuses({
      region: options.region ?? defaultRegion,
      directory: options.eventsDirectory,
      onEvent: options.onEvent,
    });
    this.#tables = new GlueTables(options.tablesDirectory);
    this.#router = new AwsRouter({
      store,
      queues: this,
      principals: this.principals,
      secrets: secretStore(options.secret, options.secretsFile),
      buses: this.#buses,
      tables: this.#tables,
      onStorageFailure: options.onStorageFailure,
      directory: options.directory,
    });
    this.#server = createServer((request, response) => void this.#router.handle(request, response));
    // A connection that is closed just when the SDK uses it again would look like a fault of the network.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    }).catch((error: unknown) => {
      if (errorCode(error) !== 'EADDRINUSE') throw error;
      throw new ConfigurationError(
        `Port ${port} of 127.0.0.1 is in use already. Stop what uses it, or choose another port.`,
        { cause: error },
      );
    });
    const address = this.#server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${address.port}`;
  }

  async createBucket(name: string): Promise<void> {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes('..')) {
      throw new ConfigurationError(
        `${JSON.stringify(name)} is no name for a bucket. Use 3 to 63 lower-case letters, digits, dots and dashes.`,
      );
    }
    await this.store.createBucket(name);
  }

  createQueue({ name, attributes }: { name: string; attributes: Readonly<Record<string, string>> }): {
    url: string;
    arn: string;
  } {
    if (!/^[\w-]{1,80}$/.test(name)) {
      throw new ConfigurationError(
        `${JSON.stringify(name)} is no name for a queue. Use up to 80 letters, digits, hyphens and underscores.`,
      );
    }
    if (this.byName.has(name)) throw new ConfigurationError(`There is a queue ${name} already.`);
    const parsed = parseQueueAttributes(name, attributes);
    const arn = `arn:aws:sqs:${this.options.region ?? defaultRegion}:${localAccount}:${name}`;
    const redrive = this.#redriveOf({ name, arn }, parsed.RedrivePolicy);
    this.byName.set(name, new SqsQueue(name, arn, parsed, redrive, this.#clock));
    return { url: queueUrl(this.url, name), arn };
  }

  addPrincipal(
    accessKeyId: string,
    { name, statements }: { name: string; statements: readonly PolicyStatement[] | 'all' },
  ): void {
    this.principals.set(accessKeyId, new Principal(name, statements, this.#ledger));
  }

  queue(name: string): LocalQueue {
    const queue = this.byName.get(name);
    if (queue === undefined) {
      throw new ConfigurationError(
        `There is no queue ${name}; there are: ${[...this.byName.keys()].join(', ')}.`,
      );
    }
    return {
      url: queueUrl(this.url, name),
      arn: queue.arn,
      attributes: () => describeQueue(queue),
      depth: () => queue.depth(),
      oldestSentAt: () => queue.oldestSentAt(),
    };
  }

  createEventBus(name: string): void {
    this.#buses.create(name);
  }

  createDatabase(name: string): void {
    this.#tables.createDatabase(name);
  }

  events(bus: string): readonly BusEvent[] {
    return this.#buses.events(bus);
  }

  require(accessKeyId: string, action: SpokenAction, resource: string, context: RequestContext = {}): void {
    const principal = this.principals.get(accessKeyId);
    if (principal === undefined) throw new ConfigurationError(`There is no principal ${accessKeyId}.`);
    principal.require(action, resource, context);
  }

  grants(): ReadonlyMap<string, readonly Grant[]> {
    return new Map([...this.principals.values()].map((one) => [one.name, one.grants()]));
  }

  decisions(): readonly Decision[] {
    return this.#ledger.decisions();
  }

  async close(): Promise<void> {
    this.#router.stop();
    this.moves.stop();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    const patience = setTimeout(() => this.#server.closeAllConnections(), closeMilliseconds);
    await closed;
    clearTimeout(patience);
    for (const queue of this.byName.values()) queue.close();
  }

  nextMessageId(): string {
    this.#messages += 1;
    return `${this.#idPrefix}${this.#messages.toString(16).padStart(12, '0')}`;
  }

  /**
   * Keeps a DLQ's messages. Those of other queues need no keeping: what a run misses is enqueued from the lake when it is continued, and
   * messages of an earlier process would only come on top, some of them of runs that were given up since.
   */
  #keep(queue: SqsQueue): void {
    const { queuesDirectory } = this.options;
    if (queuesDirectory === undefined || this.#kept.has(queue)) return;
    this.#kept.add(queue);
    queue.keepIn(new MessageJournal(join(queuesDirectory, `${queue.name}.jsonl`)));
  }

  #byArn(arn: string): SqsQueue | undefined {
    return [...this.byName.values()].find((queue) => queue.arn === arn);
  }

  #redriveOf(
    { name, arn }: Pick<SqsQueue, 'name' | 'arn'>,
    policy: { deadLetterTargetArn: string; maxReceiveCount: number } | undefined,
  ): Redrive | undefined {
    if (policy === undefined) return undefined;
    const target = this.#byArn(policy.deadLetterTargetArn);
    if (target && !mayRedrive(target.attributes, arn)) {
      throw new ConfigurationError(
        `The queue ${name} may not have ${target.name} as its dead-letter queue: name ${arn} in the RedriveAllowPolicy of that one.`,
      );
    }
    if (target) {
      this.#keep(target);
      return { target, maxReceiveCount: policy.maxReceiveCount };
    }
    throw new ConfigurationError(
      `The queue ${name} names the dead-letter queue ${policy.deadLetterTargetArn}, which does not exist. Create that one first.`,
    );
  }
}
