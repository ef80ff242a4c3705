import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the API lets start: a token bucket. */
export interface Budget {
  readonly perSecond: number;
  readonly burst: number;
}

export interface ApiOptions {
  /** Milliseconds from a request to its answer; 0 answers at once. */
  readonly latency: number;
  /** Of a page, about. */
  readonly bodyBytes: number;
  /** Keeps when each request arrived. */
  readonly records: boolean;
  /** @default anything may start */
  readonly budget?: Budget;
}

/** One request, as the API saw it. */
export interface Arrival {
  readonly lane: number;
  readonly page: number;
  /** Milliseconds, by the API's own clock. */
  readonly at: number;
  readonly accepted: boolean;
}

export type ToApi = { readonly type: 'arrivals' } | { readonly type: 'budget'; readonly budget: Budget };
export type FromApi =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'arrivals'; readonly arrivals: readonly Arrival[] }
  | { readonly type: 'budget'; readonly at: number };

export interface Api {
  readonly url: string;
  /** All requests so far, in the order of their arrival. */
  arrivals(): Promise<readonly Arrival[]>;
  /** Allows something else from now on; resolves with the time by the API's own clock. */
  allow(budget: Budget): Promise<number>;
  close(): void;
}

/** Starts an API in a process of its own. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const child = fork(join(__dirname, 'api-process.ts'), [JSON.stringify(options)], {
    execArgv: ['--require', require.resolve('tsx/cjs')],
  });
  const { url } = await answerOf(child, 'listening');
  return {
    url,
    async arrivals() {
      child.send({ type: 'arrivals' } satisfies ToApi);
      return (await answerOf(child, 'arrivals')).arrivals;
    },
    async allow(budget) {
      child.send({ type: 'budget', budget } satisfies ToApi);
      return (await answerOf(child, 'budget')).at;
    },
    close: () => child.disconnect(),
  };
}

async function answerOf<Type extends FromApi['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<FromApi, { type: Type }>> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the API's process ended with ${code}`);
  });
  for (;;) {
    // What api-process.ts sends.
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [FromApi];
    if (isOf(message, type)) return message;
  }
}

function isOf<Type extends FromApi['type']>(
  message: FromApi,
  type: Type,
): message is Extract<FromApi, { type: Type }> {
  return message.type === type;
}
