import type { Observations, Unfit } from '../../core/shape/observations';
import { unfitReason } from '../../core/shape/unfit-reason';
import type { Dataset } from '../../core/source/source';
import { count, counted } from '../format';

/** What a run says about its records. */
export interface NoticedRecords {
  readonly quarantined: number;
  readonly filtered: number;
  readonly observations: Observations;
}

/** Reasons and fields that are shown of each kind; --json has them all. */
const shown = 3;

/** Lines of a summary, label and value, on what became of records that are not in the table, and of fields that are in none of its columns. */
export function observationLines(
  { quarantined, filtered, observations }: NoticedRecords,
  dataset: Pick<Dataset, 'name' | 'unknownFields'>,
): [string, string][] {
  const { nulled, unknownFields, missingFields } = observations;
  const lines: [string, string][] = [
    ['quarantined', count(quarantined)],
    ...reasons(observations.quarantined, dataset.name),
  ];
  const values = nulled.reduce((sum, one) => sum + one.count, 0);
  if (values > 0) lines.push(['made null', counted(values, 'value')], ...reasons(nulled, dataset.name));
  if (filtered > 0) lines.push(['filtered', filteredLine(filtered, observations.filtered)]);
  if (unknownFields.length > 0) lines.push(['unknown', unknownLine(unknownFields, dataset.unknownFields)]);
  if (missingFields.length > 0) lines.push(['missing', missingLine(missingFields)]);
  return lines;
}

/** The most frequent first. */
function reasons(unfit: readonly Unfit[], dataset: string): [string, string][] {
  const byCount = [...unfit].sort((a, b) => b.count - a.count);
  const lines = byCount.slice(0, shown).map((one): [string, string] => ['', unfitReason(one, dataset)]);
  if (byCount.length > shown) lines.push(['', `and ${counted(byCount.length - shown, 'other reason')}`]);
  return lines;
}

function filteredLine(filtered: number, rules: Observations['filtered']): string {
  return `${count(filtered)}: ${rules.map((one) => `${count(one.count)} ${ruleText(one.rule)}`).join(', ')}`;
}

function ruleText(rule: string): string {
  switch (rule) {
    case 'filter':
      return 'for which the filter is not true';
    case 'explode':
      return 'with no element to explode';
    case 'duplicate':
      return 'with the key of another in their range';
    case 'transform':
      return 'of which transform made nothing';
    default:
      return `by '${rule}'`;
  }
}

function unknownLine(fields: Observations['unknownFields'], policy: Dataset['unknownFields']): string {
  const byCount = [...fields].sort((a, b) => b.count - a.count);
  const named = byCount
    .slice(0, shown)
    .map(({ name, type, count: records }) => `${name} (${type}, ${counted(records, 'record')})`);
  if (byCount.length > shown) named.push('…');
  const advice =
    policy === 'capture' ? 'kept in _extra' : "a column or `unknownFields: 'capture'` keeps them";
  return `${counted(fields.length, 'field')} that no column reads: ${named.join(', ')}; ${advice}`;
}

function missingLine(missing: Observations['missingFields']): string {
  const named = missing
    .slice(0, shown)
    .map(({ column, path }) => (column === path ? column : `${column} ('${path}')`));
  if (missing.length > shown) named.push(`and ${counted(missing.length - shown, 'other')}`);
  return `no record has ${named.join(', ')}: ${missing.length === 1 ? 'its path leads' : 'their paths lead'} nowhere`;
}
