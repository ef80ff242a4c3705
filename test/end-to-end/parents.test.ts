import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BaseloadProcess, baseload, temporaryFolder } from '../support/baseload-process';

const users = Array.from({ length: 37 }, (_, i) => ({ id: i + 1 }));
/** Most users have written little, every seventh a lot. */
const postsOf = (user: number) => (user % 7 === 0 ? 95 : user % 4);
const posts = users.reduce((sum, { id }) => sum + postsOf(id), 0);

/** Times that each path was asked for. */
const asked = new Map<string, number>();
const data = temporaryFolder();
const sources = temporaryFolder();
let server: Server;

/** Users by cursor, five at a time; a user's posts by page number, ten at a time. */
function answer(url: URL): object {
  const [, user] = /^\/users\/(\d+)\/posts$/.exec(url.pathname) ?? [];
  if (user === undefined) {
    const begin = Number(url.searchParams.get('cursor') ?? 0);
    return { data: users.slice(begin, begin + 5), next: begin + 5 < users.length ? String(begin + 5) : null };
  }
  const all = Array.from({ length: postsOf(Number(user)) }, (_, i) => ({ id: Number(user) * 1000 + i }));
  const begin = (Number(url.searchParams.get('page')) - 1) * 10;
  return { data: all.slice(begin, begin + 10), total: all.length };
}

function sourceFile(baseUrl: string): string {
  const core = (name: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', name));
  return `import { bigint } from ${core('columns')};
import { defineSource } from ${core('define-source')};
export default defineSource({
  name: 'crm', baseUrl: '${baseUrl}', auth: { type: 'none' }, limits: { requestsPerSecond: 20, lanes: 2 },
  datasets: [
    {
      name: 'users', request: { path: '/users' }, records: 'data', key: ['id'], columns: { id: bigint() },
      pagination: { type: 'cursor', cursor: { type: 'body', path: 'next' } },
    },
    {
      name: 'posts', request: { path: '/users/{userId}/posts' }, records: 'data', key: ['id'], columns: { id: bigint() },
      pagination: { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } },
      slices: { type: 'records', dataset: 'users', column: 'id', name: 'userId' },
    },
  ],
});
`;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    asked.set(url.pathname + url.search, (asked.get(url.pathname + url.search) ?? 0) + 1);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(url)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // of a server that listens to a port
  writeFileSync(join(sources.path, 'crm.ts'), sourceFile(`http://127.0.0.1:${port}`));
});
afterAll(() => {
  server.close();
  data.remove();
  sources.remove();
});

const variables = () => ({ BASELOAD_SOURCES: sources.path });

test('a dataset is loaded once per record of another one, and goes on where it was stopped', async () => {
  const early = await baseload(data.path, ['run', 'posts'], variables());
  expect(early).toMatchObject({ code: 2, stdout: '' });
  expect(early.stderr).toContain('load crm/users first: baseload run crm/users');

  const parents = await baseload(data.path, ['run', 'users', '--json'], variables());
  expect(JSON.parse(parents.stdout)).toMatchObject({ published: true, records: users.length, pages: 8 });
  expect(parents.stderr).toContain('a chain of pages; more ranges show while it is loaded');

  const stopped = new BaseloadProcess(data.path, ['run', 'posts'], variables());
  await stopped.said(' open  ');
  stopped.kill('SIGINT');
  expect(await stopped.finished()).toMatchObject({ code: 130, stdout: '' });

  const finished = await baseload(data.path, ['run', 'posts', '--json'], variables());
  expect(JSON.parse(finished.stdout)).toMatchObject({ published: true, records: posts, total: posts });

  const query = 'select count(*) as n, count(distinct id) as ids from posts';
  const { stdout } = await baseload(data.path, ['query', query, '--json']);
  expect(JSON.parse(stdout)).toEqual([{ n: posts, ids: posts }]);

  const pages = users.map(({ id }) => Math.max(1, Math.ceil(postsOf(id) / 10)));
  const pathsOfPosts = [...asked.keys()].filter((path) => path.includes('/posts'));
  expect(pathsOfPosts).toHaveLength(pages.reduce((sum, some) => sum + some, 0));
}, 120_000);
