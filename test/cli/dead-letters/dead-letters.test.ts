import type { DeadLetters } from '../../../aws/dead-letters';
import { chooses, isEverything, readSourceName } from '../../../cli/dead-letters/choose-letters';
import { asDeadOne, readDeadLetters } from '../../../cli/dead-letters/dead-letters';
import { deadLines, nextStep } from '../../../cli/dead-letters/dead-lines';
import type { DeadSurvey } from '../../../cli/dead-letters/dead-survey';
import { clearForRun } from '../../../cli/dead-letters/over-letters';
import { ConfigurationError } from '../../../core/errors';
import { claimDataset } from '../../../core/run/claim';
import { type DeadOne, groupDead } from '../../../core/run/dead/dead-groups';
import type { DeadLetter } from '../../../core/run/dead/dead-letter';
import { aPlan, aRange, messageOf } from '../../core/run/run-fixture';
import { MemoryObjects, memoryLake } from '../../support/memory-lake';

const plan = aPlan();
let ids = 0;

function aLetter(index: number, changes: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id: `m${ids++}`,
    message: { ...messageOf(plan, aRange()), range: { ...aRange(), index } },
    failure: 'permanent',
    error: 'PermanentError',
    reason: `HTTP 404: page ${index}`,
    status: 404,
    sentAt: 0,
    ...changes,
  };
}

/** A DLQ that holds these letters. */
function queueOf(letters: DeadLetter[]) {
  const dead: Pick<DeadLetters, 'read' | 'remove'> = {
    read: async (limit) => letters.slice(0, limit),
    remove: async (choose) => {
      const removed = letters.filter(choose);
      for (const one of removed) letters.splice(letters.indexOf(one), 1);
      return { moved: removed.length, left: 0, hidden: 0 };
    },
  };
  // Nothing else is called.
  return { dead: dead as DeadLetters };
}

describe('why ranges of a run are dead', () => {
  const read = (...letters: DeadLetter[]) =>
    readDeadLetters(queueOf(letters), memoryLake(new MemoryObjects()), plan);

  it('is said once for each reason, the most frequent first', async () => {
    const often = { reason: 'often' };
    const { reasons } = await read(aLetter(1, { reason: 'rare' }), aLetter(2, often), aLetter(3, often));
    expect(reasons).toEqual(['often (2 times)', 'rare']);
  });

  it('is a setting where all failed by one', async () => {
    const empty = {
      failure: 'configuration',
      error: 'ConfigurationError',
      reason: "secret 'app/token' is empty",
    } as const;
    expect(await read(aLetter(1, empty), aLetter(2, empty))).toMatchObject({ areConfiguration: true });
    expect(await read(aLetter(1, empty), aLetter(2))).toMatchObject({ areConfiguration: false });
    expect(await read()).toMatchObject({ areConfiguration: false, reasons: [] });
  });

  it('is raw pages where all failed by them', async () => {
    const gone = { error: 'RawPagesError', reason: 'raw/a is not in the lake' };
    expect(await read(aLetter(1, gone), aLetter(2, gone))).toMatchObject({ areRawPages: true });
    expect(await read(aLetter(1, gone), aLetter(2))).toMatchObject({ areRawPages: false });
  });

  it('does not heed the letters of another run', async () => {
    const other = { ...messageOf(plan, aRange()), runId: '2020-01-01t00-00-00-000z' };
    expect((await read(aLetter(1, { message: other, reason: 'of another' }))).reasons).toEqual([]);
  });
});

test('a run that is tried anew clears its own letters and those of runs that are over, and no other', async () => {
  const lake = memoryLake(new MemoryObjects());
  await claimDataset(lake, plan, new Date());
  await claimDataset(lake, { ...plan, dataset: 'towns', runId: '2026-01-02t00-00-00-000z' }, new Date());
  const message = messageOf(plan, aRange());
  const letters = [
    aLetter(1),
    aLetter(2, { message: { ...message, runId: '2020-01-01t00-00-00-000z' } }),
    aLetter(3, { message: { ...message, dataset: 'towns', runId: '2026-01-02t00-00-00-000z' } }),
    aLetter(4, { message: { ...message, dataset: 'towns', runId: '2020-01-01t00-00-00-000z' } }),
    aLetter(5, { message: undefined }),
  ];
  const [, , ofTowns, , foreign] = letters;
  expect(await clearForRun(queueOf(letters), lake, plan)).toBe(3);
  expect(letters).toEqual([ofTowns, foreign]);
});

describe('a choice of letters', () => {
  const letter = aLetter(17, { reason: 'GET /cities?page=17 answered 404 (no such page)' });
  it.each([
    [{}, true],
    [{ reason: 'answered 404' }, true],
    [{ reason: 'ANSWERED' }, true],
    [{ reason: 'page=# answered #' }, true],
    [{ reason: 'GET /cities?page=# answered 404' }, true],
    [{ reason: 'permanenterror' }, true],
    [{ reason: 'answered 500' }, false],
    [{ reason: '.*' }, false],
    [{ dataset: 'cities' }, true],
    [{ dataset: 'towns' }, false],
    [{ run: plan.runId }, true],
    [{ run: plan.runId, reason: 'answered 500' }, false],
  ])('%j: %s', (filter, chosen) => {
    expect(chooses(filter)(letter)).toBe(chosen);
    expect(isEverything(filter)).toBe(Object.keys(filter).length === 0);
  });

  it('reads a source, with a dataset where one is named', () => {
    expect(readSourceName('geonames', undefined)).toEqual({ source: 'geonames', dataset: undefined });
    expect(readSourceName('geonames/cities', undefined)).toEqual({ source: 'geonames', dataset: 'cities' });
    expect(readSourceName('geonames', 'geonames/cities')).toEqual({ source: 'geonames', dataset: 'cities' });
    for (const [name, dataset] of [
      ['a/b/c', undefined],
      ['a/', undefined],
      ['../x', undefined],
      ['a', 'b/c'],
      ['a/b', 'c'],
    ] as const) {
      expect(() => readSourceName(name, dataset)).toThrow(ConfigurationError);
    }
  });
});

describe('what is printed of a DLQ', () => {
  const now = new Date('2026-01-31T04:00:00Z');
  const context = { environment: 'local', source: 'geonames', now } as const;
  const one = (index: number, changes: Partial<DeadOne> = {}): DeadOne => ({
    ...{ source: 'geonames', dataset: 'cities', runId: plan.runId, slice: 'all', index },
    ...{ failure: 'permanent', error: 'PermanentError', reason: `HTTP 404: page ${index}`, status: 404 },
    at: now.getTime() - 60_000 * index,
    inQueue: true,
    ...changes,
  });
  const survey = (ones: DeadOne[], more: Partial<DeadSurvey> = {}): DeadSurvey => ({
    messages: ones.filter(({ inQueue }) => inQueue).length,
    read: ones.filter(({ inQueue }) => inQueue).length,
    foreign: 0,
    groups: groupDead(ones),
    over: [],
    underWay: false,
    ...more,
  });

  it('says so when it is empty', () => {
    expect(deadLines(survey([]), context)).toEqual([
      'The DLQ of geonames is empty: no range has failed for good.',
    ]);
  });

  it('tells reason, example, age and what to do', () => {
    const text = deadLines(survey([one(3), one(9)]), context).join('\n');
    expect(text).toMatch(/2 messages in the DLQ, 2 ranges of open runs/);
    expect(text).toMatch(/2 ranges of geonames\/cities, run .*: permanent, PermanentError, HTTP 404/);
    expect(text).toMatch(/reason {4}HTTP 404: page #/);
    expect(text).toMatch(/example {3}all-00000003, 3 min 0 s ago: HTTP 404: page 3/);
    expect(text).toMatch(/since {5}9 min 0 s ago/);
    expect(text).toMatch(/npx baseload run geonames\/cities loads what is missing/);
    expect(text).toMatch(/npx baseload give-up .* --ranges all-00000003/);
  });

  it('tells which pages a range holds, and how many records that is at most', () => {
    const extent = (firstPage: number, pages = 7) => ({ extent: { firstPage, pages, records: pages * 100 } });
    const text = deadLines(survey([one(6, extent(42)), one(12, extent(84))]), context).join('\n');
    expect(text).toMatch(/example {3}all-00000006 \(pages 43 to 49, at most 700 records\), 6 min/);
    expect(text).toMatch(/records {3}at most 1,400 in all/);
    expect(text).toMatch(/--ranges all-00000006,all-00000012 --reason/);
    const single = deadLines(survey([one(6, extent(42, 1))]), context).join('\n');
    expect(single).toMatch(/\(page 43, at most 100 records\)/);
    expect(single).not.toMatch(/in all/);
    expect(asDeadOne(aLetter(0))).toMatchObject([{ extent: { firstPage: 3, pages: 3 } }]);
  });

  it('tells what became of a range whose message is gone', () => {
    const gone = [one(1, { inQueue: false })];
    expect(deadLines(survey(gone), context).join('\n')).toMatch(/enqueued again when the run goes on/);
    expect(deadLines(survey(gone, { underWay: true }), context).join('\n')).toMatch(
      /out of the DLQ: tried again/,
    );
  });

  it('names what nothing waits for, and what it did not see', () => {
    const text = deadLines(
      survey([], { messages: 9, read: 4, foreign: 1, over: groupDead([one(1)]) }),
      context,
    ).join('\n');
    expect(text).toMatch(
      /1 range of runs that are over \(cities .*\): npx baseload dlq geonames --remove-over/,
    );
    expect(text).toMatch(/1 message that no worker sent/);
    expect(text).toMatch(/4 of 9 messages were looked at/);
  });

  it.each([
    [{ status: 401 }, 'local', /check the secret of geonames, then npx baseload run geonames\/cities/],
    [{ status: 401 }, 'prod', /check the secret of geonames, then npx baseload redrive geonames --env prod/],
    [{ failure: 'transient', status: 500 }, 'prod', /wait until the source is well/],
    [{ failure: 'unknown', error: 'unknown', status: undefined }, 'local', /log of the worker/],
    [{ error: 'RawPagesError', status: undefined }, 'local', /--restart/],
  ] as const)('advises on %j in %s', (changes, environment, advice) => {
    const [group] = groupDead([one(1, changes)]);
    if (!group) throw new Error('there is a group');
    expect(nextStep(group, { environment })).toMatch(advice);
  });
});
