import { type RunName, stagePrefix } from '../run/keys';
import type { ManifestObject } from '../run/manifest';
import { rangeOfKey } from '../run/present-ranges';
import { type Html, html } from './html';
import { count } from './words';

/** What a range is called in a report, counted from 1: 'range 43', 'range 2 of slice x', 'range 1 of look 2'. */
export function rangeLabel({
  slice,
  index,
  look,
}: {
  slice: string;
  index: number;
  look?: number | undefined;
}): string {
  const ofSlice = slice === 'all' ? '' : ` of slice ${slice}`;
  return `range\u00a0${count(index + 1)}${ofSlice}${look === undefined ? '' : ` of look ${look}`}`;
}

/** The same of an object, with a link to it. */
export function objectLink(run: RunName, { key, look }: ManifestObject): Html {
  const range = rangeOfKey(stagePrefix({ ...run, look }), key);
  return html`<a href="${lakeLink(key)}">${range ? rangeLabel({ ...range, look }) : key}</a>`;
}

/** Where an object of the lake is, seen from a report: four folders up. */
export function lakeLink(key: string): string {
  return `../../../../${encodeURI(key)}`;
}
