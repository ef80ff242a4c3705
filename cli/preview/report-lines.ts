import type { Unfit } from '../../core/shape/observations';
import { unfitReason } from '../../core/shape/unfit-reason';
import { bytes, count, counted } from '../format';
import type { PreviewReport, ReportedColumn } from './preview-report';
import type { ShownRequest } from './preview-source';
import { recordsTable, type ShownColumn } from './records-table';

/** Of a list that may be long, shown. */
const mostShown = 8;
const longestBody = 200;

/** A report for people, in lines of at most `width` characters where that is possible. */
export function reportLines(report: PreviewReport, width: number, unknownFields: string): string[] {
  const { columns, records } = report;
  const rows = records.map((record) => columns.map(({ name }) => record[name] ?? null));
  const facts = [
    ...counts(report),
    ...unfitLines('quarantined', report.quarantined, report.dataset),
    ...unfitLines('made null', report.nulled, report.dataset),
    ...labelled(
      'filtered',
      report.filtered.map(({ rule, count: n }) => `${count(n)} by ${rule}`),
    ),
    ...unknown(report, unknownFields),
    ...labelled(
      'missing',
      shortened(
        report.missingFields.map(({ column, path }) =>
          path === column
            ? `no record has '${path}'`
            : `no record has '${path}', which column ${column} reads`,
        ),
      ),
    ),
  ];
  return [
    `${report.source}/${report.dataset}: ${heading(report)}`,
    '',
    ...shortened(report.requests.flatMap(requestLines)).map((line) => `  ${line}`),
    '',
    ...recordsTable(columns.map(shown), rows, width - 2).map((line) => `  ${line}`),
    '',
    ...facts.map((line) => `  ${line}`),
  ];
}

function shown({ name, type, key, mask }: ReportedColumn): ShownColumn {
  return { name, type: [type, ...(key ? ['key'] : []), ...(mask ? [`${mask} mask`] : [])].join(', ') };
}

function heading({ counts: { received }, pages, slices, total }: PreviewReport): string {
  const records =
    total === undefined ? counted(received, 'record') : `${count(received)} of ${counted(total, 'record')}`;
  const where = slices === undefined ? '' : ` of ${counted(slices, 'slice')}`;
  return `${records}, on ${counted(pages, 'page')}${where}`;
}

function requestLines({ request, body, status, bytes: size, milliseconds }: ShownRequest): string[] {
  const line = `${request}  ${status}, ${bytes(size)}, ${milliseconds} ms`;
  if (body === undefined) return [line];
  return [line, `  ${body.length > longestBody ? `${body.slice(0, longestBody)}…` : body}`];
}

function counts({ counts: { received, added, staged } }: PreviewReport): string[] {
  if (received === 0) return labelled('records', ['the source sent none']);
  const what =
    added === 0
      ? counted(received, 'record')
      : `${count(received + added)} that came of ${counted(received, 'record')}`;
  return labelled('rows', [
    staged === received + added ? `${count(staged)}: every record fits` : `${count(staged)} of ${what}`,
  ]);
}

/** The most frequent first. */
function unfitLines(label: string, groups: readonly Unfit[], dataset: string): string[] {
  const byCount = [...groups].sort((a, b) => b.count - a.count);
  return labelled(label, shortened(byCount.map((group) => unfitReason(group, dataset))));
}

function unknown({ unknownFields: fields }: PreviewReport, policy: string): string[] {
  if (fields.length === 0) return [];
  const names = fields.map(({ name, type, count: n }) => `${name} (${type}, ${counted(n, 'record')})`);
  const advice =
    policy === 'capture' ? 'kept in the column _extra' : "a column or `unknownFields: 'capture'` keeps them";
  return labelled('unknown', [...shortened(names), advice]);
}

/** The first line behind its label, the others below it. What a source sent must not steer the terminal. */
function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map(
    (line, index) => `${(index === 0 ? label : '').padEnd(12)} ${line.replace(/\p{Cc}/gu, '\ufffd')}`,
  );
}

function shortened(lines: readonly string[]): string[] {
  if (lines.length <= mostShown) return [...lines];
  return [...lines.slice(0, mostShown), `… and ${count(lines.length - mostShown)} more`];
}
