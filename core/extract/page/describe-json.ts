import { type JsonPart, kindOf, parse } from './json-value';

/** A JSON value in a few words, for messages; texts are cut, since nobody knows what stands there. */
export function describeJson(value: JsonPart | undefined): string {
  if (value === undefined) return 'nothing';
  if (value.elements) return `an array of ${value.elements.count}`;
  return kindOf(value.bytes) === 'object' ? 'an object' : value.bytes.toString('utf8').slice(0, 60);
}

/** ' (the body has a, b)', so that a reader sees what a path should have been; '' for a body without names. For the error path. */
export function namesIn(body: Buffer): string {
  const value = parse(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  return ` (the body has ${Object.keys(value).slice(0, 20).join(', ')})`;
}
