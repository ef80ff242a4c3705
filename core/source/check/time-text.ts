const pattern = /^(\d{4})-(\d{2})-(\d{2})(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?Z?)?$/;

/** Milliseconds since the epoch of an ISO 8601 day or time in UTC, such as '2020-01-31' or '2020-01-31T12:00:00Z'; undefined when it is none. */
export function readTime(text: string): number | undefined {
  const [, year, month, day, time] = pattern.exec(text) ?? [];
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // Date.UTC makes March 2 of February 30.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== text.slice(0, 10))
    return undefined;
  return time === undefined || time.endsWith('Z') ? Date.parse(text) : Date.parse(`${text}Z`);
}
