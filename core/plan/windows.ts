import { ConfigurationError } from '../errors';
import { readTime } from '../source/check/time-text';
import type { Step, WindowSlices } from '../source/slices';
import type { SliceParameters } from './plan';

/** A window of time, [from, to), in milliseconds since the epoch. */
export type Window = readonly [number, number];

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

/** The smallest time a format can say, in milliseconds. */
const units = { iso: 1, date: day, 'epoch-seconds': second, 'epoch-milliseconds': 1 } as const;

/** The smallest difference that the windows' format can express, in milliseconds: where a window is cut must be a multiple. */
export function windowUnit({ format }: Pick<WindowSlices, 'format'>): number {
  return units[format];
}

/**
 * Cuts the time from `from` to `to`, or to `now` where the source file names no end, into windows one step long; the
 * last one is cut at the end. There is neither gap nor overlap between them, also as their format writes them: the
 * beginning is rounded down, and the end up, to what the format can say. Throws a ConfigurationError when there is no
 * time between the two.
 */
export function* timeWindows(windows: WindowSlices, now: Date): Generator<Window> {
  const unit = windowUnit(windows);
  const from = parseTime(windows.from, 'from');
  const end = roundUp(windows.to === undefined ? now.getTime() : parseTime(windows.to, 'to'), unit);
  let begin = roundDown(from, unit);
  if (begin >= end) {
    const to = windows.to === undefined ? 'the time of the run' : `to '${windows.to}'`;
    throw new ConfigurationError(
      `windows: from '${windows.from}' must be earlier than ${to}: choose an earlier from`,
    );
  }
  for (let steps = 1; begin < end; steps++) {
    const cut = Math.min(end, roundDown(after(from, windows.step, steps), unit));
    if (cut <= begin) continue; // the step is shorter than the format's unit
    yield [begin, cut];
    begin = cut;
  }
}

/** What the requests of one window are given, as the source writes times. */
export function windowParameters(windows: WindowSlices, [from, to]: Window): SliceParameters {
  const last = windows.end === 'inclusive' ? to - windowUnit(windows) : to;
  return {
    [windows.fromName]: writeTime(windows.format, from),
    [windows.toName]: writeTime(windows.format, last),
  };
}

function writeTime(format: WindowSlices['format'], milliseconds: number): string | number {
  switch (format) {
    case 'iso':
      // Both are ISO 8601, but more sources read a time without a fraction than one with it.
      return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
    case 'date':
      return new Date(milliseconds).toISOString().replace(/T.*$/, '');
    case 'epoch-seconds':
      return Math.floor(milliseconds / second);
    case 'epoch-milliseconds':
      return milliseconds;
  }
}

/** So many steps after a time, counted from that time and not from the window before: January 31 is followed by February 28, then by March 31. */
function after(from: number, step: Step, steps: number): number {
  if ('hours' in step) return from + steps * step.hours * hour;
  if ('days' in step) return from + steps * step.days * day;
  return addMonths(from, steps * ('months' in step ? step.months : 12 * step.years));
}

/** In UTC; a day that the month does not have becomes its last one. */
function addMonths(from: number, months: number): number {
  const start = new Date(from);
  const moved = new Date(from);
  moved.setUTCDate(1);
  moved.setUTCMonth(start.getUTCMonth() + months);
  const lastDay = new Date(moved);
  lastDay.setUTCMonth(moved.getUTCMonth() + 1, 0);
  moved.setUTCDate(Math.min(start.getUTCDate(), lastDay.getUTCDate()));
  return moved.getTime();
}

function parseTime(text: string, what: string): number {
  const time = readTime(text);
  if (time !== undefined) return time;
  throw new ConfigurationError(
    `windows: ${what} '${text}' is no time: write it as 2026-01-31 or 2026-01-31T12:00:00Z`,
  );
}

function roundDown(time: number, unit: number): number {
  return Math.floor(time / unit) * unit;
}

function roundUp(time: number, unit: number): number {
  return Math.ceil(time / unit) * unit;
}
