import { randomUUID } from 'node:crypto';
import { localAccount, localRegion } from '../local-account';

/** An EventBridge Scheduler schedule whose target is a function. */
export interface ScheduleDefinition {
  readonly name: string;
  /** The schedule group that it is in. */
  readonly group: string;
  /** 'rate(1 minute)', 'cron(0 3 * * ? *)'. */
  readonly expression: string;
  readonly functionName: string;
  /** The role that the Scheduler invokes the function with. */
  readonly roleName: string;
  /** JSON, in which the Scheduler's context attributes are not yet replaced. @default the Scheduler's own event */
  readonly input?: string;
  /** Milliseconds between two invocations; undefined for what is not a rate, and is listed but not run. */
  readonly everyMilliseconds: number | undefined;
}

/** What the Scheduler sends to a function when a schedule has no input. */
const defaultInput = JSON.stringify({
  version: '0',
  id: '<aws.scheduler.execution-id>',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: localAccount,
  time: '<aws.scheduler.scheduled-time>',
  region: localRegion,
  resources: ['<aws.scheduler.schedule-arn>'],
  detail: '{}',
});

const unitMilliseconds = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Milliseconds of 'rate(5 minutes)'; undefined for a cron or one-time expression. */
export function rateMilliseconds(expression: string): number | undefined {
  const { value, unit } = /^rate\((?<value>\d+) (?<unit>minute|hour|day)s?\)$/.exec(expression)?.groups ?? {};
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day') return undefined;
  return Number(value) * unitMilliseconds[unit];
}

/**
 * The event of one scheduled invocation: the input with the context attributes filled in,
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export function scheduledEvent(
  { name, group, input = defaultInput }: ScheduleDefinition,
  scheduledTime: Date,
): unknown {
  const values: Record<string, string> = {
    'schedule-arn': `arn:aws:scheduler:${localRegion}:${localAccount}:schedule/${group}/${name}`,
    'scheduled-time': `${scheduledTime.toISOString().slice(0, 19)}Z`,
    'execution-id': randomUUID(),
    'attempt-number': '1',
  };
  return JSON.parse(
    input.replaceAll(/<aws\.scheduler\.([a-z-]+)>/g, (whole, attribute) => values[attribute] ?? whole),
  );
}

/**
 * Invokes a rate schedule's function at its interval until the returned function is called; does nothing for others.
 * Invocations may overlap, as on AWS; whatever becomes of them is for `invoke` to tell.
 */
export function runSchedule(
  schedule: ScheduleDefinition,
  invoke: (event: unknown) => Promise<unknown>,
): () => void {
  if (schedule.everyMilliseconds === undefined) return () => undefined;
  const timer = setInterval(() => {
    invoke(scheduledEvent(schedule, new Date())).catch(() => undefined);
  }, schedule.everyMilliseconds);
  return () => clearInterval(timer);
}
