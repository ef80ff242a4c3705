import { inspect } from 'node:util';
import fc from 'fast-check';
import { type BaseloadError, PermanentError } from '../../../../core/errors';
import {
  CutOffBodyError,
  ResultWindowError,
  TotalNotFoundError,
} from '../../../../core/extract/guard-errors';
import { type Client, createClient } from '../../../../core/extract/http/client';
import { fetchFirstPage } from '../../../../core/extract/page/first-page';
import { toTotal } from '../../../../core/extract/page/total';
import type { Extent, OffsetPagination, PageNumberPagination } from '../../../../core/source/pagination';
import type { Dataset } from '../../../../core/source/source';
import { type Behaviour, type ScriptedApi, startScriptedApi } from '../../../support/scripted-api';
import { byPageNumber, cities, rejection, rotatingSecrets, sourceAt, testServices } from '../fixtures';

let client: Client;
let api: ScriptedApi;

beforeEach(() => {
  client = createClient();
});

afterEach(async () => {
  await api?.close();
  await client.close();
});

async function discover(behaviour: Behaviour, dataset: Dataset = cities) {
  api = await startScriptedApi([behaviour]);
  const source = sourceAt(api.baseUrl);
  return fetchFirstPage(source, dataset, testServices(client, { source }));
}

async function refusal(behaviour: Behaviour, dataset?: Dataset): Promise<BaseloadError> {
  const error = await rejection(discover(behaviour, dataset));
  expect(error).toBeInstanceOf(PermanentError);
  return error as BaseloadError;
}

const records = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
const pageOf = (count: number, total: unknown) => ({ body: { meta: { total }, data: records(count) } });
const byOffset: OffsetPagination = {
  type: 'offset',
  pageSize: 2,
  firstOffset: 0,
  offsetParameter: { in: 'query', name: 'offset' },
  sizeParameter: { in: 'query', name: 'limit' },
  total: { type: 'none' },
};

function byNumber(changes: Partial<PageNumberPagination>, path = cities.request.path): Dataset {
  return { ...cities, request: { ...cities.request, path }, pagination: { ...byPageNumber, ...changes } };
}

it('quotes no credential that the source echoes, whatever the page is', async () => {
  const echo = 'the token s3cret-t0ken is odd';
  api = await startScriptedApi([
    { body: { meta: { total: echo }, data: [] } },
    { body: { meta: { total: 1 }, 's3cret-t0ken': 1 } },
    { body: `{"meta": {"total": ${echo}, "data": []}` },
  ]);
  const auth = { type: 'bearer', token: { secret: 'geonames/token' } } as const;
  const source = sourceAt(api.baseUrl, { auth });
  const services = testServices(client, { source, secrets: rotatingSecrets(['s3cret-t0ken']) });
  for (let page = 0; page < 3; page++) {
    const error = (await rejection(fetchFirstPage(source, cities, services))) as BaseloadError;
    expect(error).toBeInstanceOf([TotalNotFoundError, PermanentError, CutOffBodyError][page]);
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret');
  }
});

const totalInHeader = (name: string): Dataset => ({
  ...cities,
  records: '',
  pagination: { ...byPageNumber, total: { type: 'header', name, counts: 'records' } },
});

it('is asked for with the parameters of all pages, such as since when', async () => {
  api = await startScriptedApi([pageOf(1, 1)]);
  const source = sourceAt(api.baseUrl);
  const incremental = { query: { updated_since: '{since}' }, format: 'iso8601', overlapMinutes: 0 } as const;
  const changed: Dataset = { ...cities, incremental };
  const services = testServices(client, { source });
  await fetchFirstPage(source, changed, services, undefined, { since: '2026-01-31T02:50:00Z' });
  expect(api.requests.map(({ query }) => query.get('updated_since'))).toEqual(['2026-01-31T02:50:00Z']);
});

describe('the extent', () => {
  it('is read from the body of the first page', async () => {
    expect(await discover(pageOf(2, 7))).toEqual({ total: 7, pages: 4, pageSize: 2 });
    expect(api.requests.map(({ path }) => path)).toEqual(['/cities?sort=id&page=1&per_page=2']);
  });

  it('may be written as digits in a text', async () => {
    expect(await discover(pageOf(2, ' 7 '))).toMatchObject({ total: 7 });
  });

  it('may be in a header, over a body that is the array', async () => {
    const behaviour = { body: records(2), headers: { 'x-total-count': '9' } };
    expect(await discover(behaviour, totalInHeader('X-Total-Count'))).toEqual({
      total: 9,
      pages: 5,
      pageSize: 2,
    });
  });

  it('of an empty dataset is 0, on one page', async () => {
    expect(await discover(pageOf(0, 0))).toEqual({ total: 0, pages: 1, pageSize: 2 });
  });

  it.each([
    ['gives what it is asked for', 500, 500, 1200, 500],
    ['clamps the page size', 500, 100, 1200, 100],
    ['has its own page size', 20, 50, 1200, 50],
    ['gives everything at once', 500, 120, 120, 500],
    ['gives everything at once, and more than asked', 20, 50, 50, 50],
  ])(
    'has the page size that the source really gives, when it %s',
    async (_, asked, given, total, pageSize) => {
      const dataset = { ...cities, pagination: { ...byPageNumber, pageSize: asked } };
      expect(await discover(pageOf(given, total), dataset)).toEqual({
        total,
        pages: Math.ceil(total / pageSize),
        pageSize,
      });
    },
  );
});

describe('what is not as declared is refused with what was found where', () => {
  it.each([
    [
      { meta: {}, data: [] },
      "holds nothing at 'meta.total' that says how many records there are: correct 'total'",
    ],
    [{ meta: { total: 'many' }, data: [] }, 'holds "many" at \'meta.total\''],
    [{ meta: { total: 1.5 }, data: [] }, "holds 1.5 at 'meta.total'"],
    [{ meta: { total: -1 }, data: [] }, "holds -1 at 'meta.total'"],
    [{ meta: { total: null }, data: [] }, "holds nothing at 'meta.total'"],
    [{ meta: { total: { value: 3 } }, data: [] }, "holds an object at 'meta.total'"],
    [
      { meta: { total: 3 }, items: [] },
      "holds nothing at 'data', not an array of records: correct 'records' (the body has meta, items)",
    ],
    [{ meta: { total: 3 }, data: { id: 1 } }, "holds an object at 'data'"],
  ])('%j', async (body, sentence) => {
    expect((await refusal({ body })).message).toContain(sentence);
  });

  it('a header that is not there', async () => {
    const error = await refusal({ body: [] }, totalInHeader('X-Total'));
    expect(error.message).toContain("holds nothing in header 'X-Total' that says how many records there are");
  });

  it('a body that is no array though it should be', async () => {
    const error = await refusal({ body: {}, headers: { 'x-total': '1' } }, totalInHeader('X-Total'));
    expect(error.message).toContain('holds an object as its body, not an array of records');
  });

  it.each([
    ['a number of pages in place of records', 2, 1],
    ['no records though there should be some', 0, 7],
  ])('%s', async (_, given, total) => {
    const error = await refusal(pageOf(given, total));
    expect(error.message).toContain(`holds ${given} records though it says that there are ${total} in all`);
  });
});

describe('the extent by a number of pages', () => {
  const counted = byNumber({ total: { type: 'body', path: 'pages', counts: 'pages' } });

  it.each([
    [3, 2, { pages: 3, pageSize: 2 }],
    [3, 1, { pages: 3, pageSize: 1 }],
    [1, 1, { pages: 1, pageSize: 2 }],
    [0, 0, { pages: 1, pageSize: 2 }],
    [1, 0, { pages: 1, pageSize: 2 }],
  ])('of %d, the first with %d records', async (pages, given, extent) => {
    expect(await discover({ body: { pages, data: records(given) } }, counted)).toEqual(extent);
  });

  it.each([
    [0, 2],
    [3, 0],
  ])('cannot be %d when the first page holds %d records', async (pages, given) => {
    const error = await refusal({ body: { pages, data: records(given) } }, counted);
    expect(error.message).toContain(
      `holds ${given} records though it says that there are ${pages} pages in all`,
    );
  });
});

describe('the extent by the link to the last page', () => {
  const lastLink: Extent = { type: 'last-link' };
  const inHeader = byNumber({ total: lastLink });
  const page = (given: number, link?: string) => ({
    body: { data: records(given) },
    ...(link === undefined ? {} : { headers: { link } }),
  });

  it('is its page number, counted from the first one', async () => {
    const link = '</cities?page=2>; rel="next", </cities?sort=id&page=41>; rel="last"';
    expect(await discover(page(2, link), inHeader)).toEqual({ pages: 41, pageSize: 2 });
    await api.close();
    expect(await discover(page(2, link), byNumber({ total: lastLink, firstPage: 0 }))).toEqual({
      pages: 42,
      pageSize: 2,
    });
  });

  it('is its offset, by the page size that the source gives', async () => {
    const link = '</cities?offset=2>; rel=next, </cities?offset=80>; rel=last';
    const asked = (pageSize: number): Dataset => ({
      ...cities,
      pagination: { ...byOffset, pageSize, total: lastLink },
    });
    expect(await discover(page(2, link), asked(2))).toEqual({ pages: 41, pageSize: 2 });
    await api.close();
    expect(await discover(page(20, link), asked(500))).toEqual({ pages: 5, pageSize: 20 });
    await api.close();
    // 83 records, the last page of which are the last 20.
    const flush = '</cities?offset=63>; rel=last';
    expect(await discover(page(20, flush), asked(20))).toEqual({ pages: 5, pageSize: 20 });
  });

  it('is found in a path', async () => {
    const dataset = byNumber(
      { total: lastLink, pageParameter: { in: 'path', name: 'n' } },
      '/cities/p{n}/all',
    );
    const link = '</v2/cities/p2/all>; rel="next", </v2/cities/p7/all?x=1>; rel="last"';
    expect(await discover(page(2, link), dataset)).toEqual({ pages: 7, pageSize: 2 });
    expect(api.requests[0]?.path).toBe('/cities/p1/all?sort=id&per_page=2');
  });

  it.each([undefined, '</cities>; rel="first"'])('is one page without any (%j)', async (link) => {
    expect(await discover(page(1, link), inHeader)).toEqual({ pages: 1, pageSize: 2 });
  });

  it('cannot be told when a next page is named and no last one', async () => {
    const error = await refusal(page(2, '</cities?page=2>; rel="next"'), inHeader);
    expect(error).toBeInstanceOf(TotalNotFoundError);
    expect(error.message).toContain(
      "holds nothing in the Link header that links to the last page: correct 'total'",
    );
  });

  it('is not taken for one page when that is full, as it is from a source that sends no links', async () => {
    const error = await refusal(page(2, undefined), inHeader);
    expect(error).toBeInstanceOf(TotalNotFoundError);
    expect(error.message).toContain('if it holds exactly 2 records, ask for another pageSize');
  });

  it.each(['</cities>; rel="last"', '</cities?page=x>; rel="last"', '</cities?page=0>; rel="last"'])(
    'cannot be read from %s',
    async (link) => {
      const error = await refusal(page(2, link), inHeader);
      expect(error).toBeInstanceOf(TotalNotFoundError);
      expect(error.message).toContain('where no page number or offset is found');
    },
  );

  it.each([
    [{ last: '/cities?page=3', next: '/cities?page=2' }, 3],
    [{ last: null, next: null }, 1],
    [{ next: null }, 1],
    [{}, 1],
  ])('may be in the body: %j', async (links, pages) => {
    const dataset = byNumber({ total: { type: 'last-link', path: 'links.last' } });
    expect(await discover({ body: { links, data: records(2) } }, dataset)).toEqual({ pages, pageSize: 2 });
  });

  it.each([
    { links: { next: '/cities?page=2' } },
    { link: { last: '/cities?page=3' } },
    { links: { last: {} } },
  ])('is not one page for a path that is wrong: %j', async (body) => {
    const dataset = byNumber({ total: { type: 'last-link', path: 'links.last' } });
    expect(await refusal({ body: { ...body, data: records(2) } }, dataset)).toBeInstanceOf(
      TotalNotFoundError,
    );
  });
});

describe('a result window', () => {
  const windowed = byNumber({ resultWindow: 100 });

  it('that the total reaches may hide more', async () => {
    for (const total of [100, 101]) {
      const error = await refusal(pageOf(2, total), windowed);
      expect(error).toBeInstanceOf(ResultWindowError);
      expect(error.message).toContain('the source lets nobody see more than 100');
      await api.close();
    }
  });

  it('that the total does not reach is none', async () => {
    expect(await discover(pageOf(2, 99), windowed)).toEqual({ total: 99, pages: 50, pageSize: 2 });
  });
});

it('holds nothing where the status says so', async () => {
  const dataset = { ...cities, request: { ...cities.request, statuses: { 404: 'empty' as const } } };
  expect(await discover({ status: 404 }, dataset)).toEqual({ total: 0, pages: 1, pageSize: 2 });
});

it('calls malformed JSON transient: it was perhaps damaged on its way', async () => {
  expect(await rejection(discover({ body: '{"meta": oops}' }))).toBeInstanceOf(CutOffBodyError);
});

it('takes as a total every whole number that is exact, and nothing else', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (number) => {
      expect([toTotal(number), toTotal(String(number)), toTotal(` ${number}`)]).toEqual([
        number,
        number,
        number,
      ]);
    }),
  );
  for (const wrong of [
    '',
    ' ',
    '1e3',
    '0x10',
    '-1',
    '1.0',
    '1,000',
    2 ** 53,
    '9007199254740993',
    Number.NaN,
    true,
    [],
  ]) {
    expect(toTotal(wrong)).toBeUndefined();
  }
});
