/**
 * Time and memory that it takes to draw the report of a run of a million page ranges, or of as many as RANGES says. Another process writes
 * the parts of its manifest to files, so that what is measured is the report. Prints JSON lines.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planSchema } from '../core/plan/plan';
import { writeReport } from '../core/report/write-report';
import { manifestPartKey, stageKey } from '../core/run/keys';
import { type ManifestObject, manifestSchema } from '../core/run/verify/manifest';
import { print } from './support/print';

const ranges = Number(process.env.RANGES ?? 1_000_000);
const rangesPerPart = 5000;
const recordsPerRange = 500;
const began = Date.parse('2026-01-31T03:00:00.000Z');

const table = {
  extension: 'parquet',
  columns: [{ name: 'id', type: 'BIGINT' }],
  key: ['id'],
  tableVersion: 1,
};
const run = {
  source: 'bench',
  dataset: 'orders',
  runId: '2026-01-31t03-00-00-000z',
  definition: 'd',
  ...table,
};
const total = ranges * recordsPerRange;
const grid = {
  slice: 'all',
  parameters: {},
  pageSize: 100,
  slicePages: ranges * 5,
  firstPage: 0,
  pages: ranges * 5,
};
const plan = planSchema.parse({
  version: 3,
  ...run,
  plannedAt: new Date(began).toISOString(),
  watermark: new Date(began).toISOString(),
  total,
  pagesPerRange: 5,
  subset: false,
  sequences: [{ type: 'pages', ...grid, pagesPerRange: 5 }],
  maxQuarantinedRatio: 0,
  requestsPerSecond: 500,
  lanes: 40,
});

const parts = Array.from({ length: Math.ceil(ranges / rangesPerPart) }, (_, part) => {
  const objects = Math.min(rangesPerPart, ranges - part * rangesPerPart);
  return { key: manifestPartKey(plan, `all-${part}`), objects };
});

/** Set in the process that writes the parts. */
const writeTo = process.env.BENCH_PARTS;

void (writeTo === undefined ? main() : writeParts(writeTo));

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-report-'));
  try {
    execFileSync(process.execPath, [join(__dirname, 'run.js'), 'report'], {
      env: { ...process.env, BENCH_PARTS: folder },
    });
    await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string): Promise<void> {
  const files = new Map(parts.map(({ key }, part) => [key, join(folder, String(part))]));
  let pageBytes = 0;
  const base = peakMegabytes();
  const start = performance.now();
  await writeReport(
    { plan, manifest: manifestOf(), state: 'published' },
    {
      async get(key) {
        const file = files.get(key);
        return file === undefined ? undefined : { text: await readFile(file, 'utf8'), etag: '' };
      },
      async *list() {},
      head: async () => undefined,
      download: async () => false,
      async put(_key, page) {
        pageBytes = String(page).length;
      },
    },
    new Date(began),
  );
  print('report/seconds', (performance.now() - start) / 1000, 's', { ranges });
  print('report/peak-rss-above-base-mb', peakMegabytes() - base, 'MB', { ranges, base });
  print('report/page-kilobytes', pageBytes / 1000, 'kB', { ranges });
}

/** Of this process, since it began; getrusage counts kilobytes on Linux. */
function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1000;
}

function writeParts(folder: string): void {
  for (const [part, { objects }] of parts.entries())
    writeFileSync(join(folder, String(part)), partText(part, objects));
}

function manifestOf() {
  const counts = {
    ranges,
    pages: ranges * 5,
    requests: ranges * 5,
    received: total,
    added: 0,
    staged: total,
  };
  const bytes = { bytesReceived: ranges * 60_000, bytesStaged: ranges * 20_000 };
  return manifestSchema.parse({
    version: 3,
    ...run,
    watermark: plan.watermark,
    total,
    subset: false,
    counts: { ...counts, ...bytes, quarantined: 0, filtered: 0, repeated: 0 },
    observations: { quarantined: [], nulled: [], filtered: [], unknownFields: [], missingFields: [] },
    ...{ givenUp: [], problems: [], warnings: [] },
    parts,
  });
}

function partText(part: number, objects: number): string {
  let text = '';
  for (let i = 0; i < objects; i++) text += `${JSON.stringify(anObject(part * rangesPerPart + i))}\n`;
  return text;
}

function anObject(index: number): ManifestObject {
  const key = stageKey(plan, { slice: 'all', index });
  return {
    key,
    bytes: 20_000,
    etag: '0123456789abcdef0123456789abcdef',
    receipt: {
      definition: plan.definition,
      attempt: '0123456789ab',
      fetchedAt: new Date(began + Math.floor(index / 40) * 400).toISOString(),
      fetchMilliseconds: 370 + (index % 37),
      firstPage: index * 5,
      ...{
        pages: 5,
        requests: 5,
        bytesReceived: 60_000,
        latency: [60, 90 + (index % 50), 200 + (index % 90)],
      },
      ...{ received: recordsPerRange, staged: recordsPerRange, quarantined: 0, filtered: 0 },
      firstKey: `[${index * recordsPerRange}]`,
      lastKey: `[${(index + 1) * recordsPerRange - 1}]`,
      uniqueKeys: true,
      firstRecord: '0123456789abcdef',
      lastRecord: 'fedcba9876543210',
      raw: key.replace('stage/', 'raw/'),
    },
  };
}
