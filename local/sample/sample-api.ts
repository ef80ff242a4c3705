import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../../core/errors';
import { PageBodies } from './page-bodies';
import { places } from './places';
import { SampleRoutes } from './sample-routes';
import { type DetailedSampleStats, SampleStatsCounter } from './sample-stats';
import { sendAnswer } from './send-answer';
import { type SampleApiSettings, sampleSettings } from './settings';
import { TokenBucket } from './token-bucket';

/** What startSampleApi may be told; sampleSettings has the defaults. */
export type SampleApiOptions = Partial<SampleApiSettings>;

/** A running sample API. */
export interface SampleApi {
  /** 'http://127.0.0.1:4010' */
  readonly url: string;
  /** What a source's baseUrl is: url and '/v1'. */
  readonly baseUrl: string;
  /** What it has seen so far. */
  stats(): DetailedSampleStats;
  /** Forgets what it has seen. */
  resetStats(): void;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/** The same for every API of this process; about 25 MB, made when the first one starts. */
let bodies: PageBodies | undefined;

/**
 * Serves GeoNames' populated places (© GeoNames, CC BY 4.0) as a paginated, rate-limited JSON API, without any network.
 * Rejects with a ConfigurationError when a setting makes no sense or the port cannot be had.
 */
export async function startSampleApi(options: SampleApiOptions = {}): Promise<SampleApi> {
  const settings: SampleApiSettings = { ...sampleSettings, ...options };
  checkSettings(settings);
  bodies ??= new PageBodies(places(), 'GeoNames, CC BY 4.0');
  const stats = new SampleStatsCounter();
  const bucket = new TokenBucket(settings.requestsPerSecond, settings.burst, performance.now());
  const routes = new SampleRoutes(settings, bodies, stats, bucket);
  const server = createServer((request, response) => {
    // A body that nobody reads would block the connection.
    request.resume();
    sendAnswer(response, routes.answer(request), settings.latencyMilliseconds);
  });
  // Longer than clients keep idle connections, so that none is closed while a request is on its way.
  server.keepAliveTimeout = 120_000;
  const url = await listen(server, settings);
  return {
    url,
    baseUrl: `${url}/v1`,
    stats: () => stats.detailed(),
    resetStats: () => stats.reset(),
    close: () => close(server),
  };
}

function listen(server: Server, { host, port }: SampleApiSettings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      const address: string | AddressInfo | null = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ConfigurationError {
  const message =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use by another program: stop what listens there, or choose another with --port`
      : `The sample API cannot listen on port ${port} of ${host} (${error.code ?? error.message}): choose another with --port`;
  return new ConfigurationError(message, { cause: error });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function checkSettings(settings: SampleApiSettings): void {
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const { port, requestsPerSecond, burst, latencyMilliseconds, maximumPageSize, token } = settings;
  if (!whole(port, 0, 65_535)) refuse('port', port, 'a whole number from 0 to 65535');
  if (!(requestsPerSecond > 0 && requestsPerSecond < Infinity))
    refuse('requestsPerSecond', requestsPerSecond, 'a number above 0');
  if (!(burst >= 0 && burst < Infinity)) refuse('burst', burst, 'a number from 0');
  if (!(latencyMilliseconds >= 0 && latencyMilliseconds <= 600_000))
    refuse('latencyMilliseconds', latencyMilliseconds, 'a number from 0 to 600000');
  if (!whole(maximumPageSize, 1, 1_000_000))
    refuse('maximumPageSize', maximumPageSize, 'a whole number from 1 to 1000000');
  if (!/^[\x21-\x7e]+$/.test(token)) refuse('token', 'a text (not shown)', 'ASCII without spaces');
}

function refuse(setting: string, received: unknown, allowed: string): never {
  throw new ConfigurationError(`The sample API's ${setting} is ${received}: choose ${allowed}`);
}
