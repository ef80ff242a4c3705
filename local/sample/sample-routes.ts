import type { IncomingMessage } from 'node:http';
import type { PageBodies } from './page-bodies';
import type { SampleStatsCounter } from './sample-stats';
import type { Answer } from './send-answer';
import { type SampleApiSettings, sampleSettings } from './settings';
import type { TokenBucket } from './token-bucket';

const defaultPageSize = 100;

/** What the API says of itself at '/'. */
export interface SampleIntroduction {
  readonly name: string;
  readonly places: number;
  readonly requestsPerSecond: number;
  readonly burst: number;
}

/** What the sample API answers to each request. */
export class SampleRoutes {
  constructor(
    private readonly settings: SampleApiSettings,
    private readonly bodies: PageBodies,
    private readonly stats: SampleStatsCounter,
    private readonly bucket: TokenBucket,
  ) {}

  answer(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): Answer {
    const now = performance.now();
    const answer = this.route(request, now);
    return { ...answer, headers: { ...this.rateLimit(now), ...answer.headers } };
  }

  private route(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, now: number): Answer {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    switch (`${method} ${path}`) {
      case 'GET /':
        return json(200, this.introduction());
      case 'GET /stats':
        return json(200, this.stats.summary());
      case 'POST /stats/reset':
        this.stats.reset();
        return json(200, this.stats.summary());
      case 'GET /v1/cities':
        return this.cities(request.headers.authorization, new URLSearchParams(query), now);
      default:
        return json(404, { error: 'not found', message: 'There is GET /v1/cities and GET /stats' });
    }
  }

  /** Lets a program recognise the API, and learn what it allows. */
  private introduction(): SampleIntroduction {
    const { requestsPerSecond, burst } = this.settings;
    return { name: sampleSettings.name, places: this.bodies.total, requestsPerSecond, burst };
  }

  private cities(authorization: string | undefined, query: URLSearchParams, now: number): Answer {
    if (!this.isAuthorized(authorization)) return this.unauthorized(authorization);
    if (!this.bucket.take(now)) return this.throttled(now);
    this.stats.accepted(now);
    const page = wholeNumber(query, 'page', 1);
    if (page === undefined) return this.bad('page');
    const asked = wholeNumber(query, 'per_page', defaultPageSize);
    if (asked === undefined) return this.bad('per_page');
    const perPage = Math.min(asked, this.settings.maximumPageSize);
    this.stats.served(page, perPage);
    const headers = { 'X-Total-Count': this.bodies.total };
    return { status: 200, headers, body: this.bodies.body(page, perPage), slow: true };
  }

  private isAuthorized(authorization = ''): boolean {
    const [scheme, token] = authorization.split(/ +(.*)/s);
    return scheme?.toLowerCase() === 'bearer' && token === this.settings.token;
  }

  private unauthorized(authorization: string | undefined): Answer {
    this.stats.unauthorized();
    // RFC 6750, section 3.1: no error code for a request that carried no credential at all.
    const realm = `Bearer realm="${sampleSettings.name}"`;
    const [challenge, message] =
      authorization === undefined
        ? [realm, 'Send the header Authorization: Bearer <token>']
        : [`${realm}, error="invalid_token"`, 'This is not the token'];
    return json(401, { error: 'unauthorized', message }, { 'WWW-Authenticate': challenge });
  }

  private throttled(now: number): Answer {
    this.stats.throttled();
    const seconds = Math.max(1, Math.ceil(this.bucket.secondsToNext(now)));
    const message = `At most ${this.settings.requestsPerSecond} requests per second: try again in ${seconds} s`;
    return json(
      429,
      { error: 'too many requests', message },
      { 'Retry-After': seconds, 'RateLimit-Reset': seconds },
    );
  }

  private bad(parameter: string): Answer {
    this.stats.bad();
    return json(400, { error: 'bad request', message: `'${parameter}' must be one whole number from 1` });
  }

  /**
   * The headers of draft-ietf-httpapi-ratelimit-headers-03, for a token bucket. Reset is the time until the next request
   * passes, to the nearest second: at 50 requests per second that is 0, for a client that waited a whole second would
   * lose what overflows the bucket in the meantime.
   */
  private rateLimit(now: number): Answer['headers'] {
    return {
      'RateLimit-Limit': this.settings.requestsPerSecond,
      'RateLimit-Remaining': this.bucket.remaining(now),
      'RateLimit-Reset': Math.round(this.bucket.secondsToNext(now)),
    };
  }
}

function json(status: number, value: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers, body: Buffer.from(JSON.stringify(value)), slow: false };
}

/** undefined when the parameter is given more than once or is not a whole number from 1. */
function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number | undefined {
  const values = query.getAll(name);
  if (values.length === 0) return otherwise;
  return values.length === 1 && /^[1-9]\d{0,8}$/.test(values[0] ?? '') ? Number(values[0]) : undefined;
}
