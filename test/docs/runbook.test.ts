import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { program } from '../../cli/main';
import { datasetKinds, environmentKinds, sourceKinds } from '../../lib/monitoring/alarms/alarm-names';
import { fixtureSources } from '../lib/fixtures/synthesize';
import { alarmsIn } from '../support/alarms/alarm-definitions';
import { synthesizeMonitoring } from '../support/alarms/synthesize-monitoring';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section): [string, string] => [section.slice(0, section.indexOf('\n')), section]),
);
const kinds = [...sourceKinds, ...datasetKinds, ...environmentKinds];

const sources = fixtureSources.map(({ source }) => source);
const alarms = alarmsIn(synthesizeMonitoring('prod', sources));

test('has a heading for every kind of alarm, and none for anything else', () => {
  expect([...sections.keys()].sort()).toEqual([...kinds].sort());
});

test('is where every alarm sends its reader, and every heading is', () => {
  const named = alarms.metric.map(({ description }) => /docs\/runbook\.md#(\S+)$/.exec(description)?.[1]);
  expect([...new Set(named)].sort()).toEqual([...sections.keys()].sort());
});

test.each(kinds)(
  '%s says what it is, how to find out why, and what to do, with a command for each',
  (kind) => {
    const section = sections.get(kind) ?? '';
    const parts = [...section.matchAll(/^\*\*(\w+)\.\*\*\s+\S/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Description', 'Investigation', 'Resolution']);
    const [, investigation = '', resolution = ''] = section.split(/^\*\*(?:Investigation|Resolution)\.\*\*/m);
    expect(investigation).toMatch(/^(npx baseload|aws) /m);
    expect(resolution).toMatch(/npx (baseload|cdk) /);
  },
);

test('links to headings that exist, here and in the page on operations', () => {
  const operations = readFileSync(join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
  const anchors = (text: string) =>
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/\s/g, '-'),
    );
  const links = [...page.matchAll(/\]\((operations\.md)?#([^)]+)\)/g)];
  expect(links.length).toBeGreaterThan(kinds.length);
  for (const [, file, anchor] of links) expect(anchors(file ? operations : page)).toContain(anchor);
});

/** A line's words as a shell has them: quotes keep a text together, a comment is none. */
function words(line: string): string[] {
  return [...line.replace(/ #.*$/, '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

/** Has commander read a command line, with actions that do nothing; rejects where it would refuse it. */
async function parse(line: string): Promise<string> {
  const root = program()
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
  let called = '';
  const disarm = (command: Command) => {
    command.exitOverride().configureOutput({ writeErr: () => {} });
    command.action(() => {
      called = command.name();
    });
    command.commands.forEach(disarm);
  };
  root.commands.forEach(disarm);
  await root.parseAsync(words(line).slice(2), { from: 'user' });
  return called;
}

/** Commands of code blocks, and those in the midst of a sentence. */
const commands = [
  ...[...page.matchAll(/^npx baseload .*$/gm)].map(([line]) => line),
  ...[...page.matchAll(/`(npx baseload [^`]+)`/g)].map(([, line = '']) => line),
];

test.each([...new Set(commands)])('%s can be typed', async (line) => {
  expect(await parse(line)).toBe(words(line)[2]);
});

test('the first command of every alarm can be typed, or is one of AWS', async () => {
  const firsts = [...alarms.metric, ...alarms.composite].map(
    ({ description }) => /^First: (.+)$/m.exec(description)?.[1] ?? '',
  );
  expect(firsts.length).toBeGreaterThan(20);
  for (const first of new Set(firsts)) {
    if (first.startsWith('npx baseload')) {
      expect(await parse(first)).toBe(words(first)[2]);
      expect(first).toContain('--env prod');
    } else expect(first).toMatch(/^aws (logs tail|lambda get-\S+|cloudwatch describe-alarms) /);
  }
});

test('the commands that it is read with are refused where they are wrong', async () => {
  await expect(parse('npx baseload redrvie shop')).rejects.toThrow('unknown command');
  await expect(parse('npx baseload give-up 2026-01-31t03-00-00-000z --env prod')).rejects.toThrow(
    'required option',
  );
  await expect(parse('npx baseload dlq shop --enviroment prod')).rejects.toThrow('unknown option');
});
