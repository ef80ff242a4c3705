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
    expect(found.pagination).toEqual({ type: 'single' });
    expect(found.findings[0]).toMatchObject({
      sure: false,
      text: expect.stringContaining('no way was found to ask for more'),
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
    [{ ids: [1, 2] }, 'no-objects'],
    [{ id: 1 }, 'no-list'],
  ])('%j', (body, expected) => expect(pathIn(body)).toBe(expected));
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
    ['a guess', [{ name: 'a' }, { name: 'a' }], ['name', false]],
    ['one record proves nothing', [{ id: 1 }], ['id', false]],
  ])('%s', (_, records, expected) => expect(keyOf(records)).toEqual(expected));
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
