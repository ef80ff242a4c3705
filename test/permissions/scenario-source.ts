import { join } from 'node:path';

/** The source's name; its secrets are 'geo/…'. */
export const source = 'geo';

/** A source file that makes use of everything that needs a permission. */
export function sourceFile(baseUrl: string): string {
  const core = (name: string) => JSON.stringify(join(__dirname, '..', '..', 'core', 'source', name));
  return `import { bigint, decimal, varchar } from ${core('columns')};
import { defineSource, secret } from ${core('define-source')};
const plain = { records: 'data', key: ['id'], columns: { id: bigint() } };
const pages = { type: 'page-number', pageSize: 2, pageParameter: 'page', total: { type: 'body', path: 'total' } };
const daily = { type: 'cron', hour: 3, minute: 0, timeZone: 'UTC' };
export default defineSource({
  name: '${source}', baseUrl: '${baseUrl}', limits: { requestsPerSecond: 1000, burst: 100, lanes: 2 },
  auth: {
    type: 'oauth2-refresh-token', tokenUrl: '${baseUrl}/token', clientId: 'baseload',
    clientSecret: secret('geo/client'), refreshToken: secret('geo/refresh'),
  },
  datasets: [
    { ...plain, name: 'users', request: { path: '/users' }, schedule: daily,
      pagination: { type: 'cursor', cursor: { type: 'body', path: 'next' } } },
    { ...plain, name: 'posts', request: { path: '/users/{userId}/posts' }, pagination: pages,
      slices: { type: 'records', dataset: 'users', column: 'id', name: 'userId' } },
    { ...plain, name: 'teams', request: { path: '/teams' }, pagination: pages, curate: { targetMegabytes: 1 } },
    { ...plain, name: 'members', request: { path: '/teams/{teamId}/members' }, pagination: pages,
      slices: { type: 'records', dataset: 'teams', column: 'id', name: 'teamId' } },
    { ...plain, name: 'orders', request: { path: '/orders' }, pagination: pages, keepRaw: true,
      columns: { id: bigint(), price: decimal(10, 2), email: varchar({ mask: { type: 'sha256', salt: secret('geo/salt') } }) } },
    { ...plain, name: 'items', request: { path: '/items' }, pagination: pages,
      columns: { id: bigint(), name: varchar() },
      incremental: { query: { since: '{since}' }, schedule: { ...daily, hour: 4 } } },
    { ...plain, name: 'moving', request: { path: '/moving' }, pagination: pages },
    { ...plain, name: 'broken', request: { path: '/broken' }, pagination: pages },
    { ...plain, name: 'flaky', request: { path: '/flaky' }, pagination: pages },
    { ...plain, name: 'busy', request: { path: '/busy' }, pagination: pages },
  ],
});
`;
}
