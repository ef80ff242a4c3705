import { bigint, list, varchar } from '../../../../core/source/columns';
import { defineSource, secret } from '../../../../core/source/define-source';
import { SourceDefinitionError } from '../../../../core/source/problems';

type Tree = { [name: string]: unknown };

const changed = { query: { updated_since: '{since}' } };
const numbered = { type: 'page-number', pageSize: 10, total: { type: 'body', path: 'total' } };

function withDataset(changes: Tree, more: Tree = {}): Tree {
  return {
    name: 'shop',
    baseUrl: 'https://api.example.com',
    auth: { type: 'none' },
    limits: { requestsPerSecond: 50 },
    datasets: [
      {
        name: 'things',
        request: { path: '/things', query: { sort: 'id' } },
        pagination: numbered,
        records: 'items',
        key: ['id'],
        columns: { id: bigint(), name: varchar(), tags: list(varchar()) },
        ...changes,
      },
    ],
    ...more,
  };
}

function problemsOf(input: unknown) {
  const define: (input: never) => unknown = defineSource;
  try {
    // What a plain JavaScript file could hand over.
    define(input as never);
  } catch (error) {
    if (error instanceof SourceDefinitionError) return error.problems;
    throw error;
  }
  return [];
}

const daily = { type: 'cron', hour: 3, minute: 0 };
const weekly = { ...daily, weekDays: ['sun'] };
const at = 'datasets[0].';

/** A definition, and its one problem: path, received, a part of what is allowed. */
const refused: readonly (readonly [string, Tree, string, string, string])[] = [
  [
    'a tolerance that nothing makes use of',
    withDataset({ verification: { tolerance: 0.01 } }),
    'verification.tolerance',
    '0.01',
    "ifShort: 'publish-with-warning' beside it",
  ],
  [
    'a tolerance beyond everything',
    withDataset({ verification: { tolerance: 2, ifShort: 'publish-with-warning' } }),
    'verification.tolerance',
    '2',
    'from 0 to 1',
  ],
  [
    'a table that may lose more than all it has',
    withDataset({ verification: { maxShrink: 50 } }),
    'verification.maxShrink',
    '50',
    'from 0 to 1',
  ],
  [
    'an unknown way to fall short',
    withDataset({ verification: { ifShort: 'publish' } }),
    'verification.ifShort',
    "'publish'",
    "'refuse' or 'publish-with-warning'",
  ],
  [
    'too many looks',
    withDataset({ verification: { looks: 11 } }),
    'verification.looks',
    '11',
    'from 0 to 10',
  ],
  [
    'files of nothing',
    withDataset({ curate: { targetMegabytes: 0 } }),
    'curate.targetMegabytes',
    '0',
    'from 1',
  ],
  ['half a run', withDataset({ keepRuns: 1.5 }), 'keepRuns', '1.5', 'a whole number'],
  [
    'changes that nobody asks for by time',
    withDataset({ incremental: { query: { updated_since: 'yesterday' } } }),
    'incremental.query',
    "'yesterday' without '{since}'",
    "{ updated_since: '{since}' }",
  ],
  [
    'no parameter at all',
    withDataset({ incremental: { query: {} } }),
    'incremental.query',
    'no parameter',
    "{ updated_since: '{since}' }",
  ],
  [
    'another placeholder',
    withDataset({ incremental: { query: { from: '{since}', to: '{sinse}' } } }),
    'incremental.query.to',
    "the placeholder '{sinse}'",
    "did you mean 'since'?",
  ],
  [
    'the time in the request of every run',
    withDataset({ incremental: changed, request: { path: '/things', query: { after: '{since}' } } }),
    'request.query.after',
    "the placeholder '{since}'",
    'no {name}',
  ],
  [
    'a parameter that the request sets',
    withDataset({ incremental: { query: { sort: '{since}' } } }),
    'incremental.query.sort',
    "the name 'sort'",
    'request.query does not set',
  ],
  [
    'a parameter that the pagination sets',
    withDataset({ incremental: { query: { page: '{since}' } } }),
    'incremental.query.page',
    "the name 'page'",
    'pagination does not set',
  ],
  [
    'the parameter of the credential',
    withDataset(
      { incremental: { query: { key: '{since}' } } },
      { auth: { type: 'api-key', in: 'query', name: 'key', key: secret('k') } },
    ),
    'incremental.query.key',
    "the name 'key'",
    'auth does not set',
  ],
  [
    'a window that begins where changes do',
    withDataset({
      incremental: { query: { updated_since: '{since}' } },
      request: { path: '/things', query: { a: '{since}', b: '{to}' } },
      slices: [{ type: 'windows', from: '2020-01-01', step: { months: 1 }, fromName: 'since' }],
    }),
    'slices[0].fromName',
    "'since'",
    "another name than 'since'",
  ],
  [
    'windows of the same parameter',
    withDataset({
      incremental: changed,
      request: { path: '/things', query: { updated_since: '{from}', until: '{to}' } },
      slices: { type: 'windows', from: '2020-01-01', step: { months: 1 } },
    }),
    'incremental.query.updated_since',
    "the name 'updated_since'",
    'request.query does not set',
  ],
  [
    'rows that would stay though a filter leaves them out',
    withDataset({ incremental: changed, filter: "name <> 'x'" }),
    'filter',
    `'name <> 'x''`,
    'would stay in the table',
  ],
  [
    'elements that would stay though they are gone',
    withDataset({ incremental: changed, explode: 'tags' }),
    'explode',
    "'tags'",
    'would stay in the table',
  ],
  [
    'both schedules at once',
    withDataset({ incremental: { ...changed, schedule: daily }, schedule: weekly }),
    'incremental.schedule',
    "the time of the dataset's own schedule",
    'one is skipped',
  ],
  [
    'both schedules at once, in two time zones, on some days of the year',
    withDataset({
      schedule: { ...daily, hour: 4, timeZone: 'Europe/Berlin' },
      incremental: { ...changed, schedule: { ...daily, hour: 3 } },
    }),
    'incremental.schedule',
    "the time of the dataset's own schedule in another time zone, as at 2026-01-01T03:00:00.000Z",
    'one is skipped',
  ],
  [
    'both schedules at once, in two time zones, in the weeks in which only one has changed its clocks',
    withDataset({
      schedule: { ...daily, hour: 8, timeZone: 'Europe/Berlin', weekDays: ['thu'] },
      incremental: { ...changed, schedule: { ...daily, hour: 3, timeZone: 'America/New_York' } },
    }),
    'incremental.schedule',
    "the time of the dataset's own schedule in another time zone, as at 2026-03-12T07:00:00.000Z",
    'one is skipped',
  ],
  [
    'both schedules at once, in two names of a time zone',
    withDataset({
      schedule: { ...daily, timeZone: 'Etc/UTC' },
      incremental: { ...changed, schedule: daily },
    }),
    'incremental.schedule',
    "the time of the dataset's own schedule in another time zone, as at 2026-01-01T03:00:00.000Z",
    'one is skipped',
  ],
  [
    'a day twice',
    withDataset({ incremental: { ...changed, schedule: { ...daily, weekDays: ['mon', 'mon'] } } }),
    'incremental.schedule.weekDays[1]',
    "'mon'",
    'each name once',
  ],
  [
    'a time that cannot be written',
    withDataset({ incremental: { ...changed, format: 'rfc2822' } }),
    'incremental.format',
    "'rfc2822'",
    "'iso8601', 'date', 'epoch-seconds' or 'epoch-milliseconds'",
  ],
  [
    'an overlap into the future',
    withDataset({ incremental: { ...changed, overlapMinutes: -1 } }),
    'incremental.overlapMinutes',
    '-1',
    'a number from 0',
  ],
];

test.each(refused)('refuses %s', (_title, input, path, received, allowed) => {
  expect(problemsOf(input)).toEqual([
    { path: at + path, received, allowed: expect.stringContaining(allowed) },
  ]);
});

const accepted: readonly (readonly [string, Tree])[] = [
  ['all of it by default', withDataset({ verification: {}, curate: {}, incremental: changed })],
  [
    'a tolerance with a warning',
    withDataset({ verification: { tolerance: 0.01, ifShort: 'publish-with-warning' } }),
  ],
  ['a table that may lose everything', withDataset({ verification: { maxShrink: 1 } })],
  ['a table that may lose nothing', withDataset({ verification: { maxShrink: 0 } })],
  ['merged files of every format', withDataset({ curate: { targetMegabytes: 7 }, format: 'csv' })],
  ['no run but the published one', withDataset({ keepRuns: 0 })],
  [
    'the time within a text, and parameters of slices beside it',
    withDataset({
      incremental: { query: { q: 'updated>{since} and shop={shop}', deleted: 'true' } },
      request: { path: '/{shop}/things' },
      slices: { type: 'values', name: 'shop', values: ['a', 'b'] },
    }),
  ],
  [
    'windows of another parameter',
    withDataset({
      incremental: changed,
      request: { path: '/things', query: { created_after: '{from}', created_before: '{to}' } },
      slices: { type: 'windows', from: '2020-01-01', step: { months: 1 } },
    }),
  ],
  [
    'a slice called since where nothing is incremental',
    withDataset({
      request: { path: '/things', query: { a: '{since}', b: '{to}' } },
      slices: { type: 'windows', from: '2020-01-01', step: { months: 1 }, fromName: 'since' },
    }),
  ],
  [
    'everything on sundays, and changes on the other days at that time',
    withDataset({
      schedule: weekly,
      incremental: { ...changed, schedule: { ...daily, weekDays: ['mon', 'sat'] } },
    }),
  ],
  [
    'the same time of day in time zones that never have it together',
    withDataset({
      schedule: { ...daily, timeZone: 'Europe/Berlin' },
      incremental: { ...changed, schedule: { ...daily, timeZone: 'Europe/London' } },
    }),
  ],
  [
    'the same moment on days of the week that differ, since it is tomorrow elsewhere',
    withDataset({
      schedule: { ...daily, hour: 20, weekDays: ['mon'] },
      incremental: {
        ...changed,
        schedule: { ...daily, hour: 5, timeZone: 'Asia/Tokyo', weekDays: ['mon'] },
      },
    }),
  ],
  [
    'both on every day, apart',
    withDataset({ schedule: daily, incremental: { ...changed, schedule: { ...daily, hour: 15 } } }),
  ],
];

test.each(accepted)('takes %s', (_title, input) => {
  expect(problemsOf(input)).toEqual([]);
});

test('fills in what is left out', () => {
  const { datasets } = defineSource(
    withDataset({ incremental: changed, curate: {} }) as never,
  ) as unknown as {
    datasets: readonly Tree[];
  };
  expect(datasets[0]).toMatchObject({
    verification: { looks: 3, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 },
    curate: { targetMegabytes: 128 },
    keepRuns: 3,
    incremental: { ...changed, format: 'iso8601', overlapMinutes: 10 },
  });
});
