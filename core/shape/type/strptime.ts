import { literal } from '../sql/sql-text';
import { cleaned } from './cleaned';

/** The value of a text in a strptime format, as a moment in UTC. */
export function parsedTimestamp(text: string, format: string): string {
  // Not at once, since %n makes a TIMESTAMP_NS
  return `CAST(${parsed(text, format)} AS TIMESTAMP WITH TIME ZONE)`;
}

/** The same as a day. */
export function parsedDate(text: string, format: string): string {
  return `CAST(${parsed(text, format)} AS DATE)`;
}

/** The same as the text of a time. */
export function parsedTime(text: string, format: string): string {
  return `CAST(CAST(${parsed(text, format)} AS TIME) AS VARCHAR)`;
}

function parsed(text: string, format: string): string {
  return `CAST(TRY_STRPTIME(${cleaned(text)}, ${literal(format)}) AS TIMESTAMP)`;
}

/** Matches [1] what stands before the offset or zone, [2] that, [3] what follows it. */
interface Pattern {
  readonly expression: string;
  readonly zoned: boolean;
  /** Has parts that other parts already say, such as the name of the day. */
  readonly redundant: boolean;
  /** The format without offset or zone. */
  readonly local: string;
}

/**
 * Whether a text that strptime could read says exactly what it read; never NULL for a text. DuckDB's strptime (1.5.5) knows the
 * calendar, but takes '24' for the year 24, 99 hours for an offset, and does not compare a day's name with its date. So every part must
 * look as its letter says; leading zeros may be missing where no other number is next to it. Formats with parts that repeat others (%a %A %j %u %w
 * %U %W %V %G) must be written exactly as strftime writes them, upper and lower case aside. Of zones (%Z) only UTC and GMT fit: the
 * others' hours repeat when summer ends.
 */
export function readsAs(text: string, format: string): string {
  const { expression, redundant, local } = patternOf(format);
  const clean = cleaned(text);
  const matches = `regexp_full_match(${clean}, ${literal(expression)})`;
  if (!redundant) return matches;
  const bare = `regexp_replace(${clean}, ${literal(`^${expression}$`)}, '\\1\\3')`;
  const written = `strftime(TRY_STRPTIME(${bare}, ${literal(local)}), ${literal(local)})`;
  return `(${matches} AND coalesce(lower(${written}) = lower(${bare}), false))`;
}

/** Whether a text says no more than a day: a time other than midnight, or an offset, would be lost. */
export function saysDayOnly(text: string, format: string, value: string): string {
  return patternOf(format).zoned ? 'false' : `${parsed(text, format)} = CAST(${value} AS TIMESTAMP)`;
}

/** Whether a text says no more than a time of day: strptime gives it the day 1900-01-01. */
export function saysTimeOnly(text: string, format: string): string {
  return patternOf(format).zoned ? 'false' : `CAST(${parsed(text, format)} AS DATE) = DATE '1900-01-01'`;
}

const composed: Readonly<Record<string, string>> = {
  c: '%Y-%m-%d %H:%M:%S',
  x: '%Y-%m-%d',
  X: '%H:%M:%S',
};

const parts: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'aAbB'].map((letter) => [letter, '[A-Za-z]+'])),
  ...Object.fromEntries([...'uw'].map((letter) => [letter, '[0-9]'])),
  y: '[0-9]{2}',
  Y: '[0-9]{4}',
  G: '[0-9]{4}',
  j: '[0-9]{1,3}',
  p: '(?i:[ap]m)',
  f: '[0-9]{1,6}',
  g: '[0-9]{1,3}',
  n: '[0-9]{1,6}0*',
  '%': '%',
};

const numbers: ReadonlySet<string> = new Set('dmHIMSUWV');

const zones: Readonly<Record<string, string>> = {
  z: '[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?',
  Z: 'UTC|GMT',
};

const specifier = /%-?([A-Za-z%])/g;

function patternOf(format: string): Pattern {
  const whole = format.replace(/%([cxX])/g, (_, letter: string) => composed[letter] ?? '');
  // Where numbers stand side by side, how many digits each has decides what they say
  const two = /%-?[A-Za-z]%-?[A-Za-z]/.test(whole) ? '[0-9]{2}' : '[0-9]{1,2}';
  let before = '';
  let zone: string | undefined;
  let after = '';
  let end = 0;
  const add = (pattern: string) => {
    if (zone === undefined) before += pattern;
    else after += pattern;
  };
  for (const { 0: matched, 1: letter = '', index } of whole.matchAll(specifier)) {
    add(escaped(whole.slice(end, index)));
    end = index + matched.length;
    if (zones[letter] !== undefined) zone = zones[letter];
    else add(parts[letter] ?? (numbers.has(letter) ? two : escaped(matched)));
  }
  add(escaped(whole.slice(end)));
  return {
    expression: `(${before})(${zone ?? ''})(${after})`,
    zoned: zone !== undefined,
    redundant: /%-?[aAjuwUWVG]/.test(whole.replaceAll('%%', '')),
    local: whole.replace(/%%|%[zZ]/g, (matched) => (matched === '%%' ? matched : '')),
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
