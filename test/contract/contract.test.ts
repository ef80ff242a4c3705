import { allChecks } from './all-checks';
import type { Target } from './check';
import { motoDifferences } from './known-differences';
import { notSpoken } from './not-spoken';
import { runChecks } from './run-checks';
import { assertRefused } from './seen';
import { openLocalTarget } from './targets/local-target';

describe('the local AWS', () => {
  let target: Target;
  let queueUrl: string;
  const failures = new Map<string, string | undefined>();

  beforeAll(async () => {
    target = await openLocalTarget();
    queueUrl = (await target.createQueue('not-spoken', {})).url;
    for await (const { check, failure } of runChecks(allChecks, target)) failures.set(check.id, failure);
  });
  afterAll(() => target.close());

  test.each(allChecks)('$id: $behaviour', ({ id }) => {
    expect([...failures.keys()]).toContain(id);
    expect(failures.get(id)).toBeUndefined();
  });

  test.each(notSpoken)('$call is refused with 501', async ({ call, send }) => {
    await assertRefused(call, send(target, queueUrl), { names: ['NotImplemented'], status: 501 });
  });
});

describe('the suite', () => {
  test('has each id once, short enough for the names of queues', () => {
    const ids = allChecks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z0-9-]{1,40}$/.test(id))).toEqual([]);
  });

  test('names a document of AWS for every behaviour', () => {
    const others = allChecks.filter(({ document }) => !document.startsWith('https://docs.aws.amazon.com/'));
    expect(others).toEqual([]);
  });

  test('has every check that moto is known not to pass, once', () => {
    const ids = motoDifferences.map(({ id }) => id);
    expect(ids.filter((id) => !allChecks.some((check) => check.id === id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
