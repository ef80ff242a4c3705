const minute = 60_000;

/** What clocks of a zone show. */
export interface Shown {
  readonly hour: number;
  readonly minute: number;
  /** 'mon' … 'sun' */
  readonly weekDay: string;
  /** Milliseconds that they are ahead of UTC. */
  readonly ahead: number;
}

/** Reads the clocks of a zone, 'UTC' where none is named; throws a RangeError for what is no zone. */
export function clockIn(timeZone: unknown): (moment: number) => Shown {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: String(timeZone ?? 'UTC'),
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
  return (moment) => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    // 'GMT', or 'GMT-03:30'
    const [, sign, hours = 0, minutes = 0] =
      /([+-])(\d\d):(\d\d)/.exec(parts.get('timeZoneName') ?? '') ?? [];
    return {
      hour: Number(parts.get('hour')),
      minute: Number(parts.get('minute')),
      weekDay: (parts.get('weekday') ?? '').toLowerCase(),
      ahead: (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes)) * minute,
    };
  };
}
