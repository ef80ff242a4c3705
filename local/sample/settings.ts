/** How the sample API behaves. */
export interface SampleApiSettings {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Requests accepted per second, on average. */
  readonly requestsPerSecond: number;
  /** Requests accepted at once after a pause: the depth of the token bucket. */
  readonly burst: number;
  /** Time that each page takes to answer. */
  readonly latencyMilliseconds: number;
  /** A request for larger pages gets pages of this size. */
  readonly maximumPageSize: number;
  /** The bearer token that requests must carry. */
  readonly token: string;
}

/** The settings that sources/geonames.ts is written for. The token guards nothing: it is here to show how one is used. */
export const sampleSettings = {
  /** How the API introduces itself at '/', so that it can be told from other programs on the port. */
  name: 'baseload-sample-api',
  /** How many places it serves. */
  places: 138_398,
  port: 4010,
  host: '127.0.0.1',
  requestsPerSecond: 50,
  burst: 10,
  latencyMilliseconds: 20,
  maximumPageSize: 500,
  token: 'geonames-sample',
} as const satisfies SampleApiSettings & { readonly name: string; readonly places: number };
