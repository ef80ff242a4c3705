import type { Finding } from '../../core/discover/look';
import type { Proposal } from '../../core/discover/propose';

/** Columns whose doubts are told one by one. */
const mostColumns = 20;

/** What is sure (✔) and what to check (?), a line each. */
export function reportLines({ findings, columns }: Proposal): readonly string[] {
  const doubtful = columns.flatMap(({ name, checks }) => checks.map((check) => `${name}: ${check}`));
  const more =
    doubtful.length > mostColumns ? [`and ${doubtful.length - mostColumns} more, marked in the file`] : [];
  return [
    ...findings.map(line),
    ...[...doubtful.slice(0, mostColumns), ...more].map((text) => `  ${' '.repeat(13)}${text}`),
  ];
}

function line({ subject, sure, text }: Finding): string {
  return `${sure ? '✔' : '?'} ${subject.padEnd(11)}  ${text}`;
}

/** How many comments begin with 'check:'. */
export function countChecks(source: string): number {
  return source.match(/\/\/ check: |, check: /g)?.length ?? 0;
}
