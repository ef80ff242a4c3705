import fc from 'fast-check';
import { type BaseloadError, PermanentError, TransientError } from '../../../core/errors';
import { type Client, createClient } from '../../../core/extract/client';
import { fetchFirstPage } from '../../../core/extract/first-page';
import { toTotal } from '../../../core/extract/total';
import type { Dataset } from '../../../core/source/source';
import { type Behaviour, type ScriptedApi, startScriptedApi } from '../../support/scripted-api';
import { cities, rejection, sourceAt, testServices } from './fixtures';

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
  return fetchFirstPage(sourceAt(api.baseUrl), dataset, testServices(client));
}

async function refusal(behaviour: Behaviour, dataset?: Dataset): Promise<BaseloadError> {
  const error = await rejection(discover(behaviour, dataset));
  expect(error).toBeInstanceOf(PermanentError);
  return error as BaseloadError;
}

const records = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
const pageOf = (count: number, total: unknown) => ({ body: { meta: { total }, data: records(count) } });
const totalInHeader = (name: string): Dataset => ({
  ...cities,
  records: '',
  pagination: { ...cities.pagination, total: { type: 'header', name } },
});

describe('the extent', () => {
  it('is read from the body of the first page', async () => {
    expect(await discover(pageOf(2, 7))).toEqual({ total: 7, pageSize: 2, records: 2 });
    expect(api.requests.map(({ path }) => path)).toEqual(['/cities?sort=id&page=1&per_page=2']);
  });

  it('may be written as digits in a text', async () => {
    expect(await discover(pageOf(2, ' 7 '))).toMatchObject({ total: 7 });
  });

  it('may be in a header, over a body that is the array', async () => {
    const behaviour = { body: records(2), headers: { 'x-total-count': '9' } };
    expect(await discover(behaviour, totalInHeader('X-Total-Count'))).toEqual({
      total: 9,
      pageSize: 2,
      records: 2,
    });
  });

  it('of an empty dataset is 0', async () => {
    expect(await discover(pageOf(0, 0))).toEqual({ total: 0, pageSize: 2, records: 0 });
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
      const dataset = { ...cities, pagination: { ...cities.pagination, pageSize: asked } };
      expect(await discover(pageOf(given, total), dataset)).toEqual({ total, pageSize, records: given });
    },
  );
});

describe('what is not as declared is refused with what was found where', () => {
  it.each([
    [{ meta: {}, data: [] }, "holds nothing at 'meta.total'"],
    [{ meta: { total: 'many' }, data: [] }, 'holds "many" at \'meta.total\''],
    [{ meta: { total: 1.5 }, data: [] }, "holds 1.5 at 'meta.total'"],
    [{ meta: { total: -1 }, data: [] }, "holds -1 at 'meta.total'"],
    [{ meta: { total: null }, data: [] }, "holds null at 'meta.total'"],
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
    expect(error.message).toContain("holds nothing in header 'X-Total', not a whole number of records");
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

it('calls malformed JSON transient: it was perhaps damaged on its way', async () => {
  expect(await rejection(discover({ body: '{"meta": oops}' }))).toBeInstanceOf(TransientError);
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
