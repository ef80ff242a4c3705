import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../core/clock';
import type { Clock } from '../../../core/run/ports';
import type { Dataset } from '../../../core/source/source';
import { authNamed } from './auths/all-auths';
import type { AuthCase, Door } from './auths/auth-case';
import { certificate } from './auths/static-credentials';
import { deliver } from './deliver';
import { type Received, type Reply, reply } from './exchange';
import type { Fault, Occasion } from './faults/fault-case';
import { Inventory, type Item, parentIds } from './items';
import { type RateLimitCase, rateLimiter } from './limits/rate-limits';
import { startOtherHost } from './other-host';
import { basePath, pathValues } from './parameter-value';
import { readAsked, type Sendable, type ServedPage, writePage } from './serve-page';
import type { SlicingCase } from './slicings/all-slicings';

/** What an API is to be. */
export interface MisbehavingApiOptions {
  /** Records that it holds. @default 73 */
  readonly records?: number;
  /** The dataset that it serves, as it is declared. */
  readonly dataset: Dataset;
  readonly slicing?: SlicingCase | undefined;
  /** @default 'none' */
  readonly auth?: AuthCase | undefined;
  /** Applied one after the other. @default [] */
  readonly faults?: readonly Fault[] | undefined;
  /** @default no limit */
  readonly limit?:
    | { readonly family: RateLimitCase; readonly perSecond: number; readonly depth: number }
    | undefined;
  /** The API's own time, for everything but `Delivery`. @default the machine's */
  readonly clock?: Clock | undefined;
}

/** What an API saw. */
export interface ApiStatistics {
  /** Requests for pages; those for tokens are not counted. */
  readonly requests: number;
  readonly tokens: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** How often each fault changed something. */
  readonly faulted: readonly number[];
  /** Most requests that came within one second of the API's clock. */
  readonly busiestSecond: number;
  /** Requests at the other host, and those of them with anything that is a credential. */
  readonly elsewhere: number;
  readonly leaks: number;
}

/** A real HTTP server that serves one dataset, and parents for its slices, in one way and with some faults. */
export interface MisbehavingApi {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** What a source file says of how it lets in, and the secrets. */
  readonly door: Door;
  readonly inventory: Inventory;
  statistics(): ApiStatistics;
  close(): Promise<void>;
}

/** Starts an API on 127.0.0.1, and the other host that it may point to. */
export async function startMisbehavingApi(options: MisbehavingApiOptions): Promise<MisbehavingApi> {
  const other = await startOtherHost();
  const api = new Api(options, other);
  await api.listen();
  return api;
}

const tokenPath = '/oauth/token';

class Api implements MisbehavingApi {
  baseUrl = '';
  readonly inventory: Inventory;
  #door: Door | undefined;
  readonly #server: Server;
  readonly #auth: AuthCase;
  readonly #clock: Clock;
  readonly #limiter: ReturnType<typeof rateLimiter> | undefined;
  readonly #asked = new Map<string, number>();
  readonly #statuses = new Map<number, number>();
  readonly #starts: number[] = [];
  readonly #faulted: number[];
  #tokens = 0;

  constructor(
    private readonly options: MisbehavingApiOptions,
    private readonly other: Awaited<ReturnType<typeof startOtherHost>>,
  ) {
    this.#auth = options.auth ?? authNamed('none');
    this.#clock = options.clock ?? systemClock;
    this.#faulted = (options.faults ?? []).map(() => 0);
    this.inventory = new Inventory(options.records ?? 73);
    const { limit } = options;
    this.#limiter = limit && rateLimiter(limit.family, limit.perSecond, limit.depth, this.#clock);
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.#handle(request, response);
    this.#server = this.#auth.mutualTls
      ? createTlsServer(
          {
            cert: certificate('server'),
            key: certificate('server-key'),
            ca: certificate('ca'),
            requestCert: true,
            rejectUnauthorized: true,
          },
          listener,
        )
      : createServer(listener);
  }

  get door(): Door {
    if (this.#door) return this.#door;
    throw new Error('the API does not listen yet');
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has such an address.
    const { port } = this.#server.address() as AddressInfo;
    const origin = `${this.#auth.mutualTls ? 'https' : 'http'}://127.0.0.1:${port}`;
    this.baseUrl = origin + basePath;
    this.#door = this.#auth.open({ tokenUrl: origin + tokenPath, clock: this.#clock });
  }

  statistics(): ApiStatistics {
    return {
      requests: this.#starts.length,
      tokens: this.#tokens,
      statuses: this.#statuses,
      faulted: this.#faulted,
      busiestSecond: busiestSecond(this.#starts),
      elsewhere: this.other.received.length,
      leaks: this.other.leaksOf(this.door.credentials()),
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await Promise.all([new Promise((resolve) => this.#server.close(resolve)), this.other.close()]);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const received = await receive(request, this.#starts.length, new URL(this.baseUrl).origin);
      const answer = await this.#answer(received);
      await deliver(response, answer, new Date(this.#clock.now()));
    } catch (error) {
      // A fault that fails must not pass for one that the API was meant to have.
      response.writeHead(590, { 'content-type': 'text/plain' }).end(String(error));
    }
  }

  async #answer(received: Received): Promise<Reply> {
    if (received.url.pathname === tokenPath && this.door.token) {
      this.#tokens += 1;
      return this.door.token(received);
    }
    this.#starts.push(this.#clock.monotonic());
    const answer = await this.#page(received);
    this.#statuses.set(answer.status, (this.#statuses.get(answer.status) ?? 0) + 1);
    return answer;
  }

  async #page(received: Received): Promise<Reply> {
    const refused = this.#limiter?.refuse();
    if (refused) return refused;
    const reason = await this.door.refuse(received);
    if (reason !== undefined) return reply(401, { message: reason });
    if (received.url.pathname === `${basePath}/parents`)
      return reply(
        200,
        parentIds.map((id) => ({ id })),
      );
    const answer = this.#dataset(received);
    return { ...answer, headers: { ...answer.headers, ...this.#limiter?.headers() } };
  }

  #dataset(received: Received): Reply {
    const { dataset } = this.options;
    const path = pathValues(received.url.pathname, dataset.request.path);
    if (received.method !== dataset.request.method || path === undefined)
      return reply(404, { message: 'no such path' });
    if (received.url.searchParams.get('sort') !== 'id') return reply(400, { message: 'unsorted' });
    const items = this.#slice(received, path);
    const asked = items && readAsked(dataset, received, items);
    if (items === undefined || asked === undefined) return reply(400, { message: 'nothing to go by' });

    const granted = this.#change(asked, (fault, one) => fault.asked?.(one));
    const page = pageOf(items, 'page' in granted ? granted.page * granted.size : granted.start, granted.size);
    if (page.start >= (this.options.slicing?.resultWindow ?? Number.POSITIVE_INFINITY)) {
      return reply(422, { message: 'only so many records can be seen' });
    }
    const occasion = this.#occasion(received, page);
    const changed = this.#change(page, (fault, one) => fault.page?.(one, occasion));
    const written = writePage(dataset, changed, received);
    const replied = this.#change(written, (fault, one) => fault.reply?.(one, occasion));
    return this.#change(replied, (fault, one) => fault.encode?.(one, occasion));
  }

  /** Lets one fault after the other change something, and counts which of them did. */
  #change<T>(from: T, step: (fault: Fault, current: T) => T | undefined): T {
    return (this.options.faults ?? []).reduce((current, fault, index) => {
      const changed = step(fault, current) ?? current;
      if (changed !== current) this.#faulted[index] = (this.#faulted[index] ?? 0) + 1;
      return changed;
    }, from);
  }

  #slice(received: Received, path: Record<string, string>): readonly Item[] | undefined {
    const { items } = this.inventory;
    const { slicing } = this.options;
    return slicing ? slicing.select(items, received.url.searchParams, path) : items;
  }

  #occasion(received: Received, page: ServedPage): Occasion {
    const what = [
      received.url.href,
      received.body,
      received.headers['x-page'],
      received.headers['x-cursor'],
    ].join(' ');
    const times = this.#asked.get(what) ?? 0;
    this.#asked.set(what, times + 1);
    return {
      received,
      position: Math.floor(page.start / page.size),
      times,
      lastPosition: Math.max(0, Math.ceil(page.total / page.size) - 1),
      inventory: this.inventory,
      clock: this.#clock,
      otherOrigin: this.other.origin,
    };
  }
}

function pageOf(all: readonly Sendable[], start: number, size: number): ServedPage {
  const end = start + size;
  return {
    items: all.slice(start, end),
    start,
    size,
    total: all.length,
    next: end < all.length ? end : undefined,
  };
}

/** Reads a request to its end. */
async function receive(request: IncomingMessage, index: number, origin: string): Promise<Received> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces).toString();
  const { method = '', headers, url = '/' } = request;
  return { index, method, url: new URL(url, origin), headers, body, json: parsed(body) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Most of these times, in milliseconds and in order, that lie within one second. */
export function busiestSecond(starts: readonly number[]): number {
  let busiest = 0;
  let from = 0;
  for (let to = 0; to < starts.length; to++) {
    while ((starts[to] ?? 0) - (starts[from] ?? 0) >= 1000) from += 1;
    busiest = Math.max(busiest, to - from + 1);
  }
  return busiest;
}
