import { mask } from '../http/mask';
import { kindOf, parse } from './json-value';
import type { JsonPart } from './scan-json';

/** Longest excerpt of a value, in characters. */
const excerptLength = 60;

/** The beginning of a text; masked before it is cut, so that no half of a credential is left over. */
export function excerpt(text: string, credentials: readonly string[], length = excerptLength): string {
  return mask(text.slice(0, 64 * length), credentials).slice(0, length);
}

/** A JSON value in a few words, for messages; texts are cut, since nobody knows what stands there. */
export function describeJson(value: JsonPart | undefined, credentials: readonly string[]): string {
  if (value === undefined) return 'nothing';
  if (value.elements) return `an array of ${value.elements.count}`;
  return kindOf(value.bytes) === 'object'
    ? 'an object'
    : excerpt(value.bytes.toString('utf8', 0, 64 * excerptLength), credentials);
}

/** ' (the body has a, b)', so that a reader sees what a path should have been; '' for a body without names. For the error path. */
export function namesIn(body: Buffer): string {
  const value = parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  return ` (the body has ${Object.keys(value).slice(0, 20).join(', ')})`;
}
