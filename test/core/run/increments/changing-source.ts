import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A record as the source has it. */
export interface Item {
  readonly id: number;
  readonly name: string;
  /** ISO 8601, in whole seconds. */
  readonly updated_at: string;
}

/** How the source lets itself be read: by page number with a total, by cursor, or by page number within a shop. */
export type Kind = 'pages' | 'chain' | 'shops';

export const shops = 3;
const pageSize = 4;

/** A real server whose items change, and which can be asked for those that changed since a time, that time included. */
export interface ChangingSource {
  readonly baseUrl: string;
  readonly items: Map<number, Item>;
  /** Query parameters of every request, in their order. */
  readonly requests: URLSearchParams[];
  /** Called before each answer. */
  beforeAnswer: () => void;
  /** Whether a request is answered by 404. */
  missing: (query: URLSearchParams) => boolean;
  /** Sets an item's name; the source notes when. */
  write(id: number, name: string): void;
  close(): Promise<void>;
}

/** `now` is the source's own clock, in milliseconds since the epoch. */
export async function startChangingSource(now: () => number): Promise<ChangingSource> {
  const items = new Map<number, Item>();
  const requests: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    requests.push(url.searchParams);
    source.beforeAnswer();
    response.setHeader('content-type', 'application/json');
    if (source.missing(url.searchParams)) response.statusCode = 404;
    response.end(JSON.stringify(answer(url, [...items.values()])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // of a server that listens to a port
  const source: ChangingSource = {
    baseUrl: `http://127.0.0.1:${port}`,
    items,
    requests,
    beforeAnswer: () => {},
    missing: () => false,
    write(id, name) {
      const updated_at = `${new Date(now()).toISOString().slice(0, 19)}Z`;
      items.set(id, { id, name, updated_at });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return source;
}

function answer({ pathname, searchParams }: URL, all: readonly Item[]): object {
  const [, shop] = /^\/shops\/(\d+)\/items$/.exec(pathname) ?? [];
  const since = Date.parse(searchParams.get('updated_since') ?? '1970-01-01');
  const asked = all
    .filter(({ id }) => shop === undefined || id % shops === Number(shop))
    .filter(({ updated_at }) => Date.parse(updated_at) >= since)
    .sort((a, b) => a.id - b.id);
  if (searchParams.has('after')) {
    const after = Number(searchParams.get('after'));
    const data = asked.filter(({ id }) => id > after).slice(0, pageSize);
    const last = data.at(-1);
    const more = last !== undefined && asked.some(({ id }) => id > last.id);
    return { data, next: more ? String(last.id) : null };
  }
  const begin = (Number(searchParams.get('page')) - 1) * pageSize;
  return { data: asked.slice(begin, begin + pageSize), total: asked.length };
}
