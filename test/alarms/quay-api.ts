import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request for a page. */
export interface AskedPage {
  /** From 1. */
  readonly page: number;
  /** How often this page of this dataset has been asked for since the fault began, this time included. */
  readonly times: number;
}

/** What the source does instead of answering well. */
export interface Misbehaviour {
  /** @default 200 */
  readonly status?: number;
  /** Seconds to wait, as Retry-After. */
  readonly retryAfter?: number;
  /** Records that it holds. @default five on each page */
  readonly records?: number;
  /** Records that it says it holds. @default as many as it does */
  readonly total?: number;
  /** What each record of the page has beside the usual. */
  readonly also?: (id: number) => object;
  /** How many records at the front are gone. @default 0 */
  readonly gone?: number;
}

/** What the source holds, and how it misbehaves; changed between loads. */
export interface QuayApi {
  readonly baseUrl: string;
  /** Pages of five records that each dataset has. */
  pages: number;
  /** How many requests it answers in a minute; it lets the others wait for the next. */
  answersEachMinute: number;
  /** Begins a fault: what is done with a page instead of answering well; undefined where nothing is. */
  misbehave(fault: (asked: AskedPage) => Misbehaviour | undefined): void;
  /** Ends it. */
  behave(): void;
  /** Answers go on. */
  nextMinute(): void;
  /** Whether it gives no more answers in this minute. */
  isSilent(): boolean;
  close(): Promise<void>;
}

const pageSize = 5;

export async function startQuayApi(): Promise<QuayApi> {
  const asked = new Map<string, number>();
  let waiting: (() => void)[] = [];
  let answered = 0;
  let fault: (asked: AskedPage) => Misbehaviour | undefined = () => undefined;

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const page = Number(searchParams.get('page') ?? 1);
    const key = `${pathname}?${page}`;
    const answer = () => {
      if (answered >= api.answersEachMinute) return void waiting.push(answer);
      answered += 1;
      const times = (asked.get(key) ?? 0) + 1;
      asked.set(key, times);
      const { status = 200, retryAfter, ...wrong } = fault({ page, times }) ?? {};
      const { records = api.pages * pageSize, total = records, also = () => ({}), gone = 0 } = wrong;
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      });
      response.end(status === 200 ? JSON.stringify(bodyOf(page, { records, total, also, gone })) : '{}');
    };
    answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const api: QuayApi = {
    baseUrl: `http://127.0.0.1:${port}`,
    pages: 16,
    answersEachMinute: Number.POSITIVE_INFINITY,
    misbehave(next) {
      asked.clear();
      fault = next;
    },
    behave() {
      fault = () => undefined;
    },
    nextMinute() {
      answered = 0;
      const held = waiting;
      waiting = [];
      for (const answer of held) answer();
    },
    isSilent: () => answered >= api.answersEachMinute,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
}

function bodyOf(
  page: number,
  { records, total, also, gone }: Required<Omit<Misbehaviour, 'status' | 'retryAfter'>>,
) {
  const from = (page - 1) * pageSize;
  const count = Math.max(0, Math.min(pageSize, records - from));
  const data = Array.from({ length: count }, (_, at) => {
    const id = gone + from + at + 1;
    return { id, name: `number ${id}`, length: '12.50', ...also(id) };
  });
  return { data, total };
}
