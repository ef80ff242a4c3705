import { findColumns } from '../../../core/discover/find-columns';
import { findKey } from '../../../core/discover/find-key';
import { findLimits } from '../../../core/discover/find-limits';
import { findPagination } from '../../../core/discover/find-pagination';
import { findRecords } from '../../../core/discover/find-records';
import { isList, readJson } from '../../../core/discover/json-tree';
import type { Reply } from '../../../core/discover/look';
import { addressOf, datasetNameOf, sourceNameOf } from '../../../core/discover/source-names';

type Answer = object | number;

/** Finds out the pagination of an API that is a function of its URL; a number is a status that refuses. */
function paginationOf(url: string, api: (query: URLSearchParams) => Answer, requests = 5) {
  const look = (at: URL, answer: Answer) => ({
    url: at,
    headers: {},
    body: readJson(JSON.stringify(answer)),
  });
  const first = look(new URL(url), api(new URL(url).searchParams));
  const found = findRecords(first.body, 'orders');
  if (!('records' in found)) throw new Error(`no records: ${found.type}`);
  const inquiry = findPagination(first, found.path);
  const asked: string[] = [];
  let step = inquiry.next();
  while (!step.done) {
    const { url: next } = step.value;
    let reply: Reply = { type: 'unasked' };
    if (asked.length < requests) {
      asked.push(decodeURIComponent(next.search));
      const answer = api(next.searchParams);
      reply =
        typeof answer === 'number'
          ? { type: 'refused', reason: `answered ${answer}` }
          : { type: 'look', look: look(next, answer) };
    }
    step = inquiry.next(reply);
  }
  const marks = Object.fromEntries(step.value.findings.map(({ subject, sure }) => [subject, sure]));
  return { ...step.value, asked, marks };
}

const all = Array.from({ length: 95 }, (_, id) => ({ id, name: `n${id}` }));
const url = 'http://api.test/orders';
const number = (query: URLSearchParams, name: string, otherwise: number) =>
  Number(query.get(name) ?? otherwise);

describe('pagination', () => {
  test('a count of the page itself is no total', () => {
    const found = paginationOf(`${url}?per_page=10`, (query) => {
      const data = all.slice((number(query, 'page', 1) - 1) * 10).slice(0, 10);
      return { count: data.length, page: number(query, 'page', 1), data };
    });
    expect(found.pagination).toMatchObject({ type: 'page-number', pageSize: 10, total: { type: 'none' } });
    expect(found.marks).toMatchObject({ pages: true, total: false });
  });

  test('a total whose last page does not hold what is left is to be checked', () => {
    const found = paginationOf(`${url}?per_page=10`, (query) => {
      const page = number(query, 'page', 1);
      return page > 5 ? 400 : { total: 95, page, data: all.slice((page - 1) * 10, page * 10) };
    });
    expect(found.marks).toMatchObject({ pages: true, total: false });
    expect(found.findings.find(({ subject }) => subject === 'total')?.text).toContain(
      'page=10, answered 400',
    );
  });

  test('a page=1 in the URL may be the second page', () => {
    const zero = paginationOf(`${url}?page=1`, (query) => ({
      data: all.slice(number(query, 'page', 0) * 10).slice(0, 10),
    }));
    expect(zero.pagination).toMatchObject({ type: 'page-number', firstPage: 0 });
    const one = paginationOf(`${url}?page=1`, (query) => {
      const page = number(query, 'page', 1);
      return page < 1 ? 400 : { data: all.slice((page - 1) * 10, page * 10) };
    });
    expect(one.pagination).not.toHaveProperty('firstPage');
    expect(one.parameters).toContain('page');
  });

  test('an offset that counts from one is noticed by the record that comes twice', () => {
    const found = paginationOf(`${url}?offset=0&limit=10`, (query) => {
      const at = Math.max(0, number(query, 'offset', 1) - 1);
      return all.slice(at, at + 10);
    });
    expect(found.pagination).toMatchObject({ type: 'offset', firstOffset: 1, pageSize: 10 });
  });

  test('a source that gives no more than so many at once is asked for so many', () => {
    const found = paginationOf(`${url}?per_page=50`, (query) => {
      const at = (number(query, 'page', 1) - 1) * 20;
      return {
        total: 95,
        page: number(query, 'page', 1),
        data: all.slice(at, at + Math.min(20, number(query, 'per_page', 20))),
      };
    });
    expect(found.pagination).toMatchObject({ pageSize: 20, total: { type: 'body', path: 'total' } });
    expect(found.marks).toMatchObject({ 'page size': false, total: true });
  });

  test('a parameter that the source does not heed is not taken for pagination', () => {
    const found = paginationOf(`${url}?page=1&limit=5`, () => ({ total: 95, data: all.slice(0, 5) }));
    expect(found.pagination).toEqual({
      type: 'page-number',
      pageSize: 5,
      sizeParameter: false,
      total: { type: 'body', path: 'total' },
    });
    expect(found.parameters).toEqual(['page']);
    expect(found.findings).toEqual([
      {
        subject: 'pages',
        sure: false,
        text: expect.stringContaining("'total' says 95 records, but no way was found to ask for more"),
      },
    ]);
  });

  test.each<[string, object, object]>([
    [
      'a number of pages',
      { totalPages: 3 },
      { type: 'page-number', total: { type: 'body', path: 'totalPages', counts: 'pages' } },
    ],
    ['a flag', { has_more: true }, { type: 'page-number', total: { type: 'none', hasMore: 'has_more' } }],
    [
      'a link to the last page',
      { links: { last: '/orders?pg=9' } },
      { type: 'page-number', pageParameter: 'pg', total: { type: 'last-link', path: 'links.last' } },
    ],
    [
      'a link that leads back',
      { next: '/orders?x=2' },
      { type: 'next-link', link: { type: 'body', path: 'next' } },
    ],
    ['a cursor', { next_cursor: 'abc' }, { type: 'cursor', cursor: { type: 'body', path: 'next_cursor' } }],
  ])('where %s says that there is more, the guess is none that takes a part for all', (_, said, expected) => {
    for (const requests of [5, 20]) {
      const found = paginationOf(url, () => ({ ...said, data: all.slice(0, 12) }), requests);
      expect(found.pagination).toMatchObject(expected);
      expect(found.findings[0]).toMatchObject({ subject: 'pages', sure: false });
    }
  });

  test('a total that names what came outweighs a number of pages', () => {
    const found = paginationOf(url, () => ({ total: 12, pageCount: 12, data: all.slice(0, 12) }));
    expect(found.pagination).toEqual({ type: 'single' });
    expect(found.marks).toEqual({ pages: true });
  });

  test('a total of fewer records than came is to be checked', () => {
    const single = paginationOf(url, () => ({ count: 47, total: 30, data: all.slice(0, 47) }));
    expect(single.marks).toEqual({ pages: false });
    expect(single.findings[0]?.text).toContain("'total' says 30");
    const paged = paginationOf(`${url}?page=1`, (query) => {
      const [page, size] = [number(query, 'page', 1), number(query, 'per_page', 10)];
      return { total: 30, data: all.slice(0, 47).slice((page - 1) * size, page * size) };
    });
    expect(paged.marks).toMatchObject({ pages: true, total: false });
    expect(paged.findings.find(({ subject }) => subject === 'total')?.text).toContain(
      "'total' says 30 records, but one page held 47",
    );
  });

  describe('a list of a round length that says nothing', () => {
    test.each([10, 20, 25, 50, 75])('%i records may be one page of more', (length) => {
      const found = paginationOf(url, () => all.slice(0, length));
      expect(found.pagination).toEqual({ type: 'single' });
      expect(found.asked).toEqual([
        '?page=1',
        '?page=2',
        `?offset=${length}`,
        `?skip=${length}`,
        '?limit=1000',
      ]);
      expect(found.findings).toEqual([
        {
          subject: 'pages',
          sure: false,
          text: expect.stringContaining(`exactly ${length} records came, a round number`),
        },
      ]);
    });

    test('any other number is not remarkable', () => {
      const found = paginationOf(url, () => all.slice(0, 13));
      expect(found.asked).not.toContain('?limit=1000');
      expect(found.findings[0]?.text).not.toContain('round');
    });

    test('skip is tried, too', () => {
      const found = paginationOf(url, (query) => all.slice(number(query, 'skip', 0)).slice(0, 10));
      expect(found.pagination).toMatchObject({
        type: 'offset',
        offsetParameter: 'skip',
        total: { type: 'none' },
      });
    });

    test('a limit that gives more without a way to go on is no page of all', () => {
      const found = paginationOf(url, (query) => all.slice(0, number(query, 'limit', 10)));
      expect(found.pagination).toEqual({ type: 'offset', pageSize: 10, total: { type: 'none' } });
      expect(found.findings[0]).toMatchObject({
        sure: false,
        text: expect.stringContaining('limit=1000 gives 95 records and not 10'),
      });
      expect(found.looks).toHaveLength(1);
    });

    test('without a request left it says so', () => {
      const found = paginationOf(url, () => all.slice(0, 10), 0);
      expect(found.findings[0]?.text).toContain('no request was left');
    });
  });

  describe('a larger page', () => {
    const plenty = Array.from({ length: 2345 }, (_, id) => ({ id, name: `n${id}` }));
    const api =
      (most: number, hasTotal = true, refuses = false) =>
      (query: URLSearchParams) => {
        const size = number(query, 'limit', 10);
        if (refuses && size > most) return 400;
        const at = number(query, 'offset', 0);
        const data = plenty.slice(at, at + Math.min(size, most));
        return { ...(hasTotal ? { total: plenty.length } : {}), offset: at, data };
      };

    test.each<[string, ReturnType<typeof api>, number, boolean]>([
      ['the largest that is filled', api(5000), 1000, true],
      ['the most that the source gives', api(250), 250, false],
      ['no more than the usual one', api(100), 100, true],
      ['a refusal changes nothing', api(100, true, true), 100, true],
      ['a full page without a total', api(5000, false), 1000, true],
      ['a page that may be all, or the most, without a total', api(250, false), 100, true],
    ])('%s', (_, answers, pageSize, isSure) => {
      const found = paginationOf(url, answers);
      expect(found.pagination).toMatchObject({ type: 'offset', pageSize });
      expect(found.marks).toMatchObject({ pages: true, 'page size': isSure });
    });

    test('is not asked for instead of the last page', () => {
      const found = paginationOf(url, api(5000), 3);
      expect(found.pagination).toMatchObject({ pageSize: 100 });
      expect(found.marks).toMatchObject({ total: true });
      expect(found.asked.at(-1)).toContain('offset=2300');
    });
  });

  test('another list under the same name is no second page', () => {
    const found = paginationOf(url, (query) =>
      query.has('page') || query.has('offset')
        ? { data: [{ error: 'x', hint: 'y' }] }
        : { data: all.slice(0, 10) },
    );
    expect(found.pagination).toEqual({ type: 'single' });
  });

  test('without a request left nothing is sure', () => {
    const found = paginationOf(url, () => ({ next: `${url}?page=2`, data: all.slice(0, 10) }), 0);
    expect(found.pagination).toEqual({ type: 'next-link', link: { type: 'body', path: 'next' } });
    expect(found.marks).toEqual({ pages: false });
  });
});

describe('records', () => {
  const pathIn = (body: object, name = 'orders') => {
    const found = findRecords(readJson(JSON.stringify(body)), name);
    return 'records' in found ? found.path.join('.') : found.type;
  };
  test.each([
    [{ data: [{ id: 1 }], included: Array.from({ length: 9 }, (_, id) => ({ id })) }, 'data'],
    [{ response: { meta: {}, orders: [{ id: 1 }] }, tags: [{ t: 1 }, { t: 2 }] }, 'response.orders'],
    [{ hits: { total: 1, hits: [{ _id: 'a' }] } }, 'hits.hits'],
    [{ errors: [], data: [] }, 'empty'],
    [{ errors: [{ message: 'x' }], data: [] }, 'empty'],
    [{ errors: [{ message: 'x' }], orders: [] }, 'empty'],
    [{ errors: [{ message: 'x' }], data: null }, 'no-list'],
    [{ warnings: [{ a: 1 }, { a: 2 }, { a: 3 }], list1: [{ id: 1 }] }, 'list1'],
    [{ errors: [{ id: 1 }, { id: 2 }], meta: {} }, 'errors'],
    [{ ok: true, messages: [{ id: 1 }], pins: [] }, 'messages'],
    [{ messages: [{ id: 1 }], data: [] }, 'empty'],
    [{ users: Array(10).fill({ id: 1 }), sales: Array(20).fill({ id: 1 }), total: 10 }, 'users'],
    [{ users: Array(10).fill({ id: 1 }), sales: Array(20).fill({ id: 1 }), total: 30 }, 'sales'],
    [{ users: Array(10).fill({ id: 1 }), sales: Array(10).fill({ id: 1 }), total: 10 }, 'users'],
    [{ ids: [1, 2] }, 'no-objects'],
    [{ id: 1 }, 'no-list'],
  ])('%j', (body, expected) => expect(pathIn(body)).toBe(expected));

  test('the dataset may be the errors', () =>
    expect(pathIn({ errors: [{ id: 1 }], data: [] }, 'errors')).toBe('errors'));

  test.each([
    [{ users: Array(10).fill({ id: 1 }), sales: Array(20).fill({ id: 1 }) }, [['users', 10, true]]],
    [{ data: Array(10).fill({ id: 1 }), included: Array(20).fill({ id: 1 }) }, [['included', 20, false]]],
    [{ data: [{ id: 1 }], tags: ['x'], errors: [{ message: 'x' }] }, []],
  ])('other lists are known: %j', (body, expected) => {
    const found = findRecords(readJson(JSON.stringify(body)), 'orders');
    const others = 'others' in found ? found.others : [];
    expect(others.map(({ path, length, isClose }) => [path, length, isClose])).toEqual(expected);
  });

  test.each([
    [{ errors: [{ code: 7, message: 'no such thing' }], data: [] }, 'no such thing'],
    [{ error: { reason: 'gone' }, data: [] }, 'gone'],
    [{ error: 'gone' }, 'gone'],
    [{ errors: ['gone'], data: [] }, 'gone'],
    [{ error: false, data: [] }, undefined],
    [{ error: null, errors: [], data: [] }, undefined],
  ])('the error that a body names: %j', (body, expected) => {
    const found = findRecords(readJson(JSON.stringify(body)), 'orders');
    expect('records' in found ? '' : found.complaint).toBe(expected);
  });
});

describe('the key', () => {
  const keyOf = (records: readonly object[], name = 'orders') => {
    const parsed = readJson(JSON.stringify(records));
    const list = isList(parsed) ? parsed : [];
    const { key, finding } = findKey(findColumns(list).columns, name, list.length);
    return [...key, finding.sure];
  };
  test.each<[string, readonly object[], readonly unknown[]]>([
    [
      'id',
      [
        { name: 'a', id: 1 },
        { name: 'b', id: 2 },
      ],
      ['id', true],
    ],
    [
      'the own id',
      [
        { customerId: 1, orderId: 7 },
        { customerId: 2, orderId: 8 },
      ],
      ['orderId', true],
    ],
    [
      'no id that repeats',
      [
        { id: 1, code: 'a' },
        { id: 1, code: 'b' },
      ],
      ['code', true],
    ],
    [
      'no id that is missing',
      [
        { id: 1, code: 'a' },
        { id: null, code: 'b' },
      ],
      ['code', true],
    ],
    [
      'two together',
      [
        { userId: 1, date: '2024-01-01' },
        { userId: 1, date: '2024-01-02' },
        { userId: 2, date: '2024-01-01' },
      ],
      ['userId', 'date', false],
    ],
    [
      'a field that is different by chance',
      [
        { name: 'a', n: 1 },
        { name: 'b', n: 1 },
      ],
      ['name', false],
    ],
    [
      'a uid beside a moment',
      [
        { uid: 1, email: 'a@x', since: '2024-01-01' },
        { uid: 2, email: 'b@x', since: '2024-01-01' },
      ],
      ['uid', true],
    ],
    [
      "one that is different and may be another's, and no pair with it",
      [
        { shopId: 1, since: '2024-01-01' },
        { shopId: 2, since: '2024-01-01' },
      ],
      ['shopId', false],
    ],
    ['a guess', [{ name: 'a' }, { name: 'a' }], ['name', false]],
    ['one record proves nothing', [{ id: 1 }], ['id', false]],
  ])('%s', (_, records, expected) => expect(keyOf(records)).toEqual(expected));

  test('never says that no field is different where one is', () => {
    const records = [
      { userId: 1, date: '2024-01-01', points: 7 },
      { userId: 1, date: '2024-01-02', points: 8 },
      { userId: 2, date: '2024-01-01', points: 9 },
    ];
    const parsed = readJson(JSON.stringify(records));
    const { key, finding } = findKey(findColumns(isList(parsed) ? parsed : []).columns, 'orders', 3);
    expect(key).toEqual(['userId', 'date']);
    expect(finding.text).toContain('points is, perhaps by chance');
  });
});

describe('limits', () => {
  test.each([
    [{}, 5, false],
    [{ 'ratelimit-policy': '"default";q=100;w=60', ratelimit: '"default";r=99;t=60' }, 1.66, true],
    [{ 'ratelimit-policy': '10;w=1, 300;w=60' }, 5, true],
    [{ 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '599', 'x-ratelimit-reset': '43' }, 10, false],
    [
      { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '59', 'x-ratelimit-reset': '1800003000' },
      0.04,
      false,
    ],
  ])('%j', (headers, rate, isSure) => {
    const { requestsPerSecond, finding } = findLimits(headers, 1_800_000_000_000);
    expect([requestsPerSecond, finding.sure]).toEqual([rate, isSure]);
  });
});

test('names come from the URL', () => {
  const names = (text: string) => {
    const at = new URL(text);
    const { baseUrl, path } = addressOf(at);
    return [sourceNameOf(at), datasetNameOf(at), baseUrl, path];
  };
  expect(names('https://api.example.com/v1/orders')).toEqual([
    'example',
    'orders',
    'https://api.example.com/v1',
    '/orders',
  ]);
  expect(names('https://shop.example.co.uk/api/OrderLines.json')).toEqual([
    'example',
    'order-lines',
    'https://shop.example.co.uk/api',
    '/OrderLines.json',
  ]);
  expect(names('http://127.0.0.1:8080/')).toEqual(['local', 'records', 'http://127.0.0.1:8080', '/']);
  expect(names('https://api.open.com/a@b/orders/')).toEqual([
    'open-source',
    'orders',
    'https://api.open.com',
    '/a@b/orders/',
  ]);
});
