import fc from 'fast-check';
import { type DeadOne, fullRangeName, groupDead } from '../../../../core/run/dead/dead-groups';
import { commonReason, reasonKey } from '../../../../core/run/dead/reason-pattern';

const at = Date.UTC(2026, 0, 31, 3);
function aDead(index: number, changes: Partial<DeadOne> = {}): DeadOne {
  return {
    source: 'geonames',
    dataset: 'cities',
    runId: '2026-01-31t03-00-00-000z',
    slice: 'all',
    index,
    failure: 'permanent',
    error: 'PermanentError',
    reason: `GET https://api.example.com/v1/cities?page=${index}&size=500 answered 404: no page ${index}`,
    status: 404,
    at: at + index * 1000,
    inQueue: true,
    ...changes,
  };
}

describe('groupDead', () => {
  it('takes page 17 and page 18 for one reason, and keeps what they have in common', () => {
    const groups = groupDead([aDead(17), aDead(18), aDead(3, { status: 403, reason: 'HTTP 403' })]);
    expect(groups).toMatchObject([
      {
        ranges: 2,
        inQueue: 2,
        status: 404,
        reason: 'GET https://api.example.com/v1/cities?page=#&size=500 answered 404: no page #',
        example: { range: 'all-00000018', at: new Date(at + 18_000).toISOString() },
        since: new Date(at + 17_000).toISOString(),
      },
      { ranges: 1, reason: 'HTTP 403' },
    ]);
    expect(groups[0]?.example.reason).toContain('no page 18');
  });

  it('counts a range once, by what was last said of it, wherever that is from', () => {
    const document = aDead(1, { reason: 'HTTP 500', inQueue: false, at: at + 5000 });
    for (const dead of [
      [aDead(1), document],
      [document, aDead(1)],
    ]) {
      expect(groupDead(dead)).toMatchObject([{ ranges: 1, inQueue: 1, reason: 'HTTP 500' }]);
    }
  });

  it('keeps runs, datasets, kinds of error and looks apart', () => {
    const apart = [
      aDead(1),
      aDead(1, { runId: '2026-02-01t03-00-00-000z' }),
      aDead(1, { dataset: 'towns' }),
      aDead(1, { error: 'TransientError' }),
      aDead(1, { failure: 'transient', index: 2 }),
    ];
    expect(groupDead(apart).reduce((sum, { ranges }) => sum + ranges, 0)).toBe(4); // the error of one range: what was last said
    expect(groupDead([aDead(1), aDead(1, { look: 1 })])).toMatchObject([{ ranges: 2 }]);
    expect(fullRangeName(aDead(1, { look: 2 }))).toBe('look-2/all-00000001');
  });

  it('takes slices of one dataset for one reason', () => {
    const of = (slice: string) =>
      aDead(0, { slice, reason: `slice ${slice} of cities goes on after 10 pages`, status: undefined });
    expect(groupDead([of('de'), of('year-2024'), of('x-9')])).toMatchObject([
      { ranges: 3, reason: 'slice # of cities goes on after 10 pages' },
    ]);
    expect(groupDead([of('de')])).toMatchObject([{ reason: 'slice de of cities goes on after 10 pages' }]);
  });

  it('counts every range in one group, whatever the reasons are', () => {
    const one = fc.record({
      index: fc.nat(30),
      slice: fc.constantFrom('all', 'de', 'a-1'),
      reason: fc.string({ maxLength: 40 }),
      at: fc.nat(1000),
      inQueue: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), (changes) => {
        const dead = changes.map((change) => aDead(change.index, change));
        const groups = groupDead(dead);
        const names = new Set(dead.map(fullRangeName));
        expect(groups.reduce((sum, { ranges }) => sum + ranges, 0)).toBe(names.size);
        const inQueue = new Set(dead.filter((each) => each.inQueue).map(fullRangeName));
        expect(groups.reduce((sum, group) => sum + group.inQueue, 0)).toBe(inQueue.size);
        expect(groups.map(({ ranges }) => ranges)).toEqual(
          groups.map(({ ranges }) => ranges).sort((a, b) => b - a),
        );
      }),
    );
  });
});

describe('a reason', () => {
  const same = (a: string, b: string) =>
    expect(reasonKey({ reason: a, slice: 'all' })).toBe(reasonKey({ reason: b, slice: 'all' }));

  it('differs by nothing but numbers, ids and values of a query', () => {
    same('after 1,234.5 s', 'after 7 s');
    same('request 5f2c1a9be01d failed', 'request 77e0aa10bb42 failed');
    same('id 10f57157-fc38-4da9-a113-4de7e12d05dd', 'id 20f57157-ac38-4da9-a113-4de7e12d05d0');
    same('GET /x?cursor=abc&size=5 failed', 'GET /x?cursor=def&size=5 failed');
  });

  it('differs by words', () => {
    expect(reasonKey({ reason: 'connection reset', slice: 'all' })).not.toBe(
      reasonKey({ reason: 'connection refused', slice: 'all' }),
    );
    expect(reasonKey({ reason: 'defaced', slice: 'all' })).toBe('defaced'); // hexadecimal digits, and a word
  });

  it('keeps what is common to all', () => {
    const reasons = ['page 1 of 9 in 5 s', 'page 2 of 9 in 5 s', 'page 3 of 9 in 6 s'];
    expect(commonReason(reasons.map((reason) => ({ reason, slice: 'all' })))).toBe('page # of 9 in # s');
    expect(commonReason([])).toBe('');
  });
});
