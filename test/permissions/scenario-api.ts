import {
  type Behaviour,
  type ReceivedRequest,
  type ScriptedApi,
  startScriptedApi,
} from '../support/scripted-api';

/** What the source holds, and how it misbehaves; changed between steps. */
export interface ScenarioApi extends ScriptedApi {
  /** Items, of which a test changes some; with the second in which each last changed. */
  readonly items: Map<number, { readonly name: string; readonly changedAt: Date }>;
  /** Records of /moving come in before all others, once, when page 3 was asked for. */
  moves: boolean;
  /** Whether /broken answers 404 from its second page on. */
  broken: boolean;
  /** Takes back every access token. */
  revoke(): void;
  /** Whether the bodies of /flaky are cut off. */
  flaky: boolean;
}

export const users = 40;
/** Each user's posts are twelve pages: more than a lead loads whole. */
const postsPerUser = 24;
export const teams = 6;
const pageSize = 2;
/** How long /busy asks to wait: longer than a lane sits out. */
const busySeconds = 60;

/** Starts the source of the scenario. It replaces its refresh token every time that one is used, and takes the earlier ones for a while yet. */
export async function startScenarioApi(firstRefreshToken: string): Promise<ScenarioApi> {
  const refreshTokens = new Set([firstRefreshToken]);
  const accessTokens = new Set<string>();
  let count = 0;
  const token = ({ body }: ReceivedRequest): Behaviour => {
    if (!refreshTokens.has(new URLSearchParams(body).get('refresh_token') ?? '')) return { status: 400 };
    count += 1;
    const [accessToken, refreshToken] = [`access-${count}`, `refresh-${count}`];
    accessTokens.add(accessToken);
    refreshTokens.add(refreshToken);
    return { body: { access_token: accessToken, token_type: 'bearer', refresh_token: refreshToken } };
  };
  const isKnown = ({ headers }: ReceivedRequest) =>
    accessTokens.has(headers.authorization?.replace('Bearer ', '') ?? '');
  const state: Omit<ScenarioApi, keyof ScriptedApi> = {
    items: new Map(Array.from({ length: 9 }, (_, id) => [id, { name: 'first', changedAt: new Date(0) }])),
    moves: false,
    broken: false,
    flaky: false,
    revoke: () => accessTokens.clear(),
  };
  const api = await startScriptedApi((request) => {
    if (request.path === '/token') return token(request);
    return isKnown(request) ? answer(request, scenario) : { status: 401 };
  });
  const scenario: ScenarioApi = Object.assign(api, state);
  return scenario;
}

function answer({ path, query }: ReceivedRequest, api: ScenarioApi): Behaviour {
  const [, place = '', of, what] = path.replace(/\?.*/, '').split('/');
  const page = Number(query.get('page') ?? 1);
  if (what === 'posts') return { body: pageOf(postsOf(Number(of)), page) };
  if (what === 'members')
    return { body: pageOf([{ id: Number(of) * 10 }, { id: Number(of) * 10 + 1 }], page) };
  switch (place) {
    case 'users':
      return { body: chainOf(ids(users), Number(query.get('cursor') ?? 0)) };
    case 'teams':
      return { body: pageOf(ids(teams), page) };
    case 'orders':
      return { body: pageOf(orders, page) };
    case 'items':
      return { body: pageOf(itemsSince(api, query.get('since')), page) };
    case 'moving':
      return { body: pageOf(moving(api, page), page) };
    case 'broken':
      return api.broken && page > 1 ? { status: 404 } : { body: pageOf(ids(8), page) };
    case 'flaky': {
      if (page > 1 && api.flaky) return { body: '{"data":[{"id":' };
      return { body: pageOf(ids(8), page) };
    }
    case 'busy':
      return page > 1
        ? { status: 429, headers: { 'retry-after': String(busySeconds) } }
        : { body: pageOf(ids(8), 1) };
    default:
      return { status: 404 };
  }
}

/** One price in three is no number, and `color` is nobody's column. */
const orders = ids(12).map(({ id }) => ({
  id,
  email: `${id}@example.org`,
  price: id % 3 === 0 ? 'n/a' : '1.50',
  color: 'red',
}));

function ids(count: number): { readonly id: number }[] {
  return Array.from({ length: count }, (_, i) => ({ id: i + 1 }));
}

function postsOf(user: number) {
  return ids(postsPerUser).map(({ id }) => ({ id: user * 1000 + id }));
}

function itemsSince({ items }: ScenarioApi, since: string | null) {
  const from = since === null ? 0 : Date.parse(since);
  return [...items]
    .filter(([, { changedAt }]) => changedAt.getTime() >= from)
    .map(([id, { name }]) => ({ id, name }));
}

/** Two records that come in at the front move all others by a page. */
function moving(api: ScenarioApi, page: number) {
  const records = ids(16).map(({ id }) => ({ id: id + 100 }));
  const moved = api.moves ? [{ id: 1 }, { id: 2 }, ...records] : records;
  if (page === 5) api.moves = true;
  return moved;
}

function pageOf(records: readonly object[], page: number) {
  return { data: records.slice((page - 1) * pageSize, page * pageSize), total: records.length };
}

function chainOf(records: readonly object[], begin: number) {
  const end = begin + 5;
  return { data: records.slice(begin, end), next: end < records.length ? String(end) : null };
}
