import type { Observations, Unfit } from '../../shape/observations';
import type { ReportFacts } from '../gather/report-facts';
import { type Html, html } from '../html';
import { recordPlace } from '../record-place';
import { table } from '../table';
import { count, counted, percent } from '../words';
import { quarantineExampleList } from './quarantine-example-list';

/** Rows shown of a table; the manifest has them all. */
const mostRows = 20;

/** What was noticed about the records: those that did not fit, values that became null, what was left out, and fields that no column reads. */
export function noticedSection(facts: ReportFacts): Html | undefined {
  const { outcome, sums } = facts;
  if (outcome.state === 'failed') return undefined;
  const { observations, dataset } = outcome.manifest;
  const { quarantined, nulled, filtered, unknownFields, missingFields } = observations;
  const parts = [
    sums.quarantined > 0 && quarantine(facts, quarantined),
    nulled.length > 0 && html`<h3 class="part">Values made null</h3>${unfitTable(nulled, dataset, 'Values')}`,
    filtered.length > 0 && filters(filtered),
    unknownFields.length > 0 && unknown(unknownFields),
    missingFields.length > 0 && missing(missingFields),
  ].filter((part) => part instanceof Object);
  if (parts.length === 0) {
    return html`<section><h2>What was noticed</h2><p>Every record fits its columns, and every field of every record is read by one.</p></section>`;
  }
  return html`<section><h2>What was noticed</h2>${parts}</section>`;
}

function quarantine(facts: ReportFacts, reasons: readonly Unfit[]): Html {
  const { quarantined, received } = facts.sums;
  const { plan } = facts.outcome;
  return html`<h3 class="part">Quarantine</h3>
<p class="note">${counted(quarantined, 'record')}, ${percent(quarantined / Math.max(1, received))} of those received, did not fit and ${quarantined === 1 ? 'is' : 'are'} not in the table; the dataset allows ${percent(plan.maxQuarantinedRatio)}. Values are shown as they stand in quarantine, where masked columns are masked.</p>
${unfitTable(reasons, plan.dataset, 'Records')}
${quarantineExampleList(facts.examples, plan.dataset)}`;
}

function unfitTable(reasons: readonly Unfit[], dataset: string, what: string): Html {
  const byCount = [...reasons].sort((a, b) => b.count - a.count);
  return html`${table(
    [
      { title: what, kind: 'number', value: (unfit) => count(unfit.count) },
      {
        title: 'Column',
        value: ({ column }) => (column === null ? 'the whole record' : html`<code>${column}</code>`),
      },
      { title: 'Rule', value: ({ rule }) => rule },
      { title: 'The first of them', kind: 'long', value: ({ example }) => example.reason },
      {
        title: 'Where',
        value: ({ example }) => recordPlace(example, dataset),
      },
    ],
    byCount.slice(0, mostRows),
  )}${more(byCount.length, 'reason')}`;
}

function filters(rules: Observations['filtered']): Html {
  return html`<h3 class="part">Left out by a rule</h3>
${table(
  [
    { title: 'Records', kind: 'number', value: (rule) => count(rule.count) },
    { title: 'Rule', value: ({ rule }) => filterText(rule) },
  ],
  rules.slice(0, mostRows),
)}`;
}

function filterText(rule: string): string {
  switch (rule) {
    case 'filter':
      return 'the dataset’s filter is not true';
    case 'explode':
      return 'there is no element to explode';
    case 'duplicate':
      return 'another record in their page range has the same key';
    case 'transform':
      return 'transform made nothing of them';
    default:
      return rule;
  }
}

function unknown(fields: Observations['unknownFields']): Html {
  const byCount = [...fields].sort((a, b) => b.count - a.count);
  return html`<h3 class="part">Fields that no column reads</h3>
<p class="note">A column keeps one; unknownFields: 'capture' keeps them all.</p>
${table(
  [
    { title: 'Field', kind: 'long', value: ({ name }) => html`<code>${name}</code>` },
    { title: 'Type', value: ({ type }) => type },
    { title: 'Records', kind: 'number', value: (field) => count(field.count) },
  ],
  byCount.slice(0, mostRows),
)}${more(byCount.length, 'field')}`;
}

function missing(fields: Observations['missingFields']): Html {
  return html`<h3 class="part">Columns whose field no record has</h3>
${table(
  [
    { title: 'Column', value: ({ column }) => html`<code>${column}</code>` },
    { title: 'Path', kind: 'long', value: ({ path }) => html`<code>${path}</code>` },
  ],
  fields.slice(0, mostRows),
)}${more(fields.length, 'column')}`;
}

function more(all: number, thing: string): Html | undefined {
  if (all <= mostRows) return undefined;
  return html`<p class="note">and ${counted(all - mostRows, `other ${thing}`)}, in the manifest</p>`;
}
