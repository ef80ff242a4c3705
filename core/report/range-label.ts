import { pageRangeName } from '../plan/grid';
import type { RangeName } from '../plan/plan';
import { type RunName, stagePrefix } from '../run/keys';
import { rangeOfKey } from '../run/missing/present-ranges';
import type { ManifestObject } from '../run/verify/manifest';
import { type Html, html } from './html';

type LabelledRange = RangeName & { readonly look?: number | undefined };

/** What a range is called in a report, which is what keys and the command line call it: 'all-00000042', 'all-00000001 of look 2'. */
function rangeLabel({ slice, index, look }: LabelledRange): string {
  return `${pageRangeName({ slice, index })}${look === undefined ? '' : ` of look ${look}`}`;
}

/** The same, on one line where there is room. */
export function rangeTag(range: LabelledRange): Html {
  return html`<span class="name">${rangeLabel(range)}</span>`;
}

/** A range of an object, with a link to it. */
export function objectLink(run: RunName, { key, look }: ManifestObject): Html {
  const range = rangeOfKey(stagePrefix({ ...run, look }), key);
  return html`<a class="name" href="${lakeLink(key)}">${range ? rangeLabel({ ...range, look }) : key}</a>`;
}

/** Where an object of the lake is, seen from a report: four folders up. */
export function lakeLink(key: string): string {
  return `../../../../${encodeURI(key)}`;
}
