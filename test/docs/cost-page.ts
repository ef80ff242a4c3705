import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStanding } from '../../cli/cost/read-standing';
import { count, duration } from '../../cli/format';
import { dollars } from '../../cli/plan/forecast-lines';
import { projectRoot } from '../../cli/project';
import { type Forecast, forecast } from '../../core/forecast/forecast';
import { type DatasetMonth, type Keeping, monthOf } from '../../core/forecast/monthly';
import { type Price, prices } from '../../core/forecast/prices';
import type { Probe } from '../../core/forecast/probe';
import { type Standing, standingItems } from '../../core/forecast/standing';
import { bigint, varchar } from '../../core/source/columns';
import { defineSource } from '../../core/source/define-source';
import { loadSources } from '../../core/source/load-sources';
import type { Limits, Source } from '../../core/source/source';
import { usualTemplates } from '../lib/fixtures/synthesize';

export const regenerate = 'REGENERATE=1 npx jest test/docs/cost.test.ts';

const million = 1_000_000;
/** Of a record as JSON, as gzipped JSON, and in Parquet: those of the orders of bench/shape.ts, nearly. */
const recordBytes = { json: 500, raw: 85, table: 60 };

interface Typical {
  readonly name: string;
  readonly pageSize: number;
  readonly milliseconds: number;
  readonly limits: { readonly requestsPerSecond: number; readonly lanes: number };
  readonly isChained?: boolean;
  readonly keepRaw?: boolean;
}

const small: Typical = {
  name: 'small pages',
  pageSize: 100,
  milliseconds: 150,
  limits: { requestsPerSecond: 50, lanes: 4 },
};
const typical: readonly Typical[] = [
  small,
  { name: 'large pages', pageSize: 1000, milliseconds: 400, limits: { requestsPerSecond: 10, lanes: 2 } },
  {
    name: 'slow API',
    pageSize: 200,
    milliseconds: 1500,
    limits: { requestsPerSecond: 2, lanes: 2 },
    isChained: true,
  },
];

/** A run of a million records, as `baseload plan` would forecast it. */
export function forecastOf(one: Typical): Forecast {
  const source: Source = defineSource({
    name: 'shop',
    baseUrl: 'https://api.example.com',
    auth: { type: 'none' },
    limits: one.limits satisfies Partial<Limits>,
    datasets: [
      {
        name: 'orders',
        request: { path: '/orders' },
        pagination: one.isChained
          ? { type: 'cursor', cursor: { type: 'body', path: 'next' } }
          : { type: 'page-number', pageSize: one.pageSize, total: { type: 'body', path: 'total' } },
        records: 'data',
        key: ['id'],
        columns: { id: bigint(), name: varchar() },
        keepRaw: one.keepRaw ?? true,
      },
    ],
  });
  const [dataset] = source.datasets;
  if (!dataset) throw new TypeError('a source has a dataset');
  return forecast(probeOf(one), source, dataset, { now: new Date('2026-01-31T03:00:00Z') });
}

function probeOf({ pageSize, milliseconds, keepRaw = true }: Typical): Probe {
  const pages = 3;
  const sizes = (each: number) => ({ alone: each * pageSize, together: each * pageSize * pages });
  return {
    ...{ requests: pages, pages, parts: pages, records: pages * pageSize },
    bytesReceived: pages * pageSize * recordBytes.json,
    stage: sizes(recordBytes.table),
    ...(keepRaw ? { raw: sizes(recordBytes.raw) } : {}),
    ...{ latency: milliseconds, pageSize },
    slices: [{ name: 'all', parameters: {} }],
    seen: [{ name: 'all', records: million, pages: million / pageSize, known: 'said' }],
  };
}

/** The tables of docs/cost.md by the names of their markers. */
export async function costTables(): Promise<Readonly<Record<string, string>>> {
  const [one, many] = await Promise.all([standingOf(1, 1), standingOf(5, 4)]);
  return {
    prices: priceTable(),
    million: millionTable(),
    levers: leverTable(),
    rest: restTable(one.standing, many.standing),
    month: monthTable(many),
  };
}

function millionTable(): string {
  return table(
    ['', 'pages', 'ranges', 'time', 'Lambda', 'S3', 'SQS', 'CloudWatch', 'a run', 'a month to keep'],
    typical.map((one) => {
      const { pages, ranges, seconds, cost } = forecastOf(one);
      const { lambda, s3, sqs, cloudWatch, total, storageMonth } = cost.likely;
      return [
        `**${one.name}**: ${count(one.pageSize)} records, ${one.limits.requestsPerSecond} requests/s, ${one.limits.lanes} lanes, answers in ${one.milliseconds} ms${one.isChained ? ', each naming the next' : ''}`,
        ...[count(pages.likely), count(ranges.likely), duration(seconds.likely)],
        ...[lambda, s3, sqs, cloudWatch, total, storageMonth].map(dollars),
      ];
    }),
  );
}

function leverTable(): string {
  const base = forecastOf(small).cost.likely;
  const changed: readonly (readonly [string, Typical])[] = [
    ['500 records a page instead of 100', { ...small, pageSize: 500 }],
    ['2 lanes instead of 4', { ...small, limits: { ...small.limits, lanes: 2 } }],
    ['16 lanes instead of 4', { ...small, limits: { ...small.limits, lanes: 16 } }],
    ['`keepRaw: false`', { ...small, keepRaw: false }],
    ['10 requests/s instead of 50', { ...small, limits: { ...small.limits, requestsPerSecond: 10 } }],
  ];
  return table(
    ['', 'Lambda', 'S3', 'a run', 'against small pages', 'a month to keep'],
    [['small pages, as above', small] as const, ...changed].map(([name, one]) => {
      const { lambda, s3, total, storageMonth } = forecastOf(one).cost.likely;
      const share = `${Math.round((100 * total) / base.total)} %`;
      return [name, dollars(lambda), dollars(s3), dollars(total), share, dollars(storageMonth)];
    }),
  );
}

function restTable(one: Standing, many: Standing): string {
  const withNetwork = { ...one, natGateways: 1, publicAddresses: 1, endpointZones: 4 };
  const items = [standingItems(one), standingItems(many), standingItems(withNetwork)];
  const names = standingItems(withNetwork).map(({ name }) => name);
  const sums = items.map((of) => of.reduce((sum, item) => sum + item.dollars, 0));
  return table(
    ['', 'one source, one dataset', '', 'five sources, four datasets each', '', 'the first, with `network`'],
    [
      ...names.map((name) => {
        const [first, second, third] = items.map((of) => of.find((item) => item.name === name));
        const cells = [first?.amount, first && dollars(first.dollars), second?.amount];
        return [name, ...cells, second && dollars(second.dollars), third && dollars(third.dollars)].map(
          (cell) => cell ?? '',
        );
      }),
      [
        '**all of it**',
        '',
        `**${dollars(sums[0] ?? 0)}**`,
        '',
        `**${dollars(sums[1] ?? 0)}**`,
        `**${dollars(sums[2] ?? 0)}**`,
      ],
    ],
  );
}

/** Five sources of four datasets each, of a million records. */
function monthTable({ standing, keeping }: { standing: Standing; keeping: Keeping }): string {
  const datasets = 20;
  const rest = standingItems(standing).reduce((sum, item) => sum + item.dollars, 0);
  const daily = 365 / 12;
  const plans: readonly (readonly [string, number, Partial<Keeping>, boolean])[] = [
    ['every day, raw kept for a year', daily, {}, true],
    ['every day, raw kept for 30 days', daily, { rawDays: 30 }, true],
    ['every day, `keepRaw: false`', daily, {}, false],
    ['every week, raw kept for a year', daily / 7, {}, true],
  ];
  return table(
    ['all 20 datasets are loaded', 'at rest', 'runs', 'tables', 'raw', 'a month'],
    plans.map(([name, runs, changed, keepRaw]) => {
      const told = forecastOf({ ...small, keepRaw });
      const stored = {
        tableBytes: told.bytesStaged.likely,
        rawBytes: told.bytesRaw.likely,
        rawObjects: keepRaw ? told.ranges.likely : 0,
      };
      const run = { cost: told.cost.likely, stored, bytesReceived: told.bytesReceived.likely };
      const settings = { runs, keepRuns: 3, isPrivate: false, keeping: { ...keeping, ...changed } };
      const month: DatasetMonth = monthOf(run, settings);
      const all = [month.loads, month.tables, month.raw].map((value) => datasets * value);
      return [name, ...[rest, ...all, rest + datasets * month.total].map(dollars)];
    }),
  );
}

function priceTable(): string {
  return table(
    ['dollars', 'of', 'name in the code', 'page'],
    Object.entries<Price>(prices).map(([name, { dollars: price, unit, page, unverified }]) => [
      `${Number(price.toPrecision(6)).toLocaleString('en', { maximumSignificantDigits: 6, maximumFractionDigits: 12 })}${unverified ? ' *' : ''}`,
      unit,
      `\`${name}\``,
      `[${new URL(page).pathname.split('/')[1]}](${page})`,
    ]),
  );
}

/** What prod would be with so many sources of so many datasets, each loaded every day. */
async function standingOf(
  sources: number,
  datasets: number,
): Promise<{ readonly standing: Standing; readonly keeping: Keeping }> {
  const folder = await mkdtemp(join(tmpdir(), 'baseload-cost-page-'));
  try {
    await mkdir(folder, { recursive: true });
    for (let at = 1; at <= sources; at++)
      await writeFile(join(folder, `shop-${at}.ts`), sourceText(`shop-${at}`, datasets));
    const loaded = loadSources(folder).sources;
    return readStanding(
      'prod',
      loaded.map(({ source }) => source),
      usualTemplates('prod', loaded),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sourceText(name: string, datasets: number): string {
  const declared = Array.from(
    { length: datasets },
    (_, at) => `{
    name: 'orders-${at + 1}', request: { path: '/orders' }, records: 'data', key: ['id'], columns: { id: bigint() },
    pagination: { type: 'page-number', pageSize: 100, total: { type: 'body', path: 'total' } },
    schedule: { type: 'cron', hour: 3, minute: 0, timeZone: 'UTC' },
  }`,
  );
  return `import { bigint } from '${projectRoot}/core/source/columns';
import { defineSource, secret } from '${projectRoot}/core/source/define-source';
export default defineSource({
  name: '${name}', baseUrl: 'https://api.example.com', limits: { requestsPerSecond: 50, lanes: 4 },
  auth: { type: 'bearer', token: secret('${name}/token') }, datasets: [${declared.join(', ')}],
});
`;
}

/** A table of Markdown. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    `|${head.map((_, at) => (at === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

/** The page with its tables made anew, each between its two markers. */
export function withTables(page: string, tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables).reduce((text, [name, made]) => {
    const [begin, end] = [`<!-- ${name}: made by ${regenerate} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/cost.md has no markers for the table '${name}'`);
    return `${text.slice(0, from + begin.length)}\n${made}\n${text.slice(to)}`;
  }, page);
}
