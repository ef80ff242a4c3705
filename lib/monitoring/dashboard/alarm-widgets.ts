import { AlarmStatusWidget, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { columns } from './row';

/** Alarms that one widget shows (CloudWatch API, "Dashboard body structure and syntax", properties of an alarm widget). */
const mostAlarms = 100;

/** Lines of alarms that a widget shows without being scrolled; those in ALARM come first. */
const mostHeight = 6;

/** The state of every alarm, a line of widgets for those that page and one for the others. */
export function alarmWidgets(pages: readonly IAlarm[], others: readonly IAlarm[]): AlarmStatusWidget[][] {
  return [widgets('What pages', pages), widgets('Every alarm', others)];
}

function widgets(title: string, alarms: readonly IAlarm[]): AlarmStatusWidget[] {
  const count = Math.ceil(alarms.length / mostAlarms);
  // Side by side, four in a line
  const width = columns / Math.min(4, Math.max(1, count));
  return Array.from({ length: count }, (_, index) => {
    const shown = alarms.slice(index * mostAlarms, (index + 1) * mostAlarms);
    return new AlarmStatusWidget({
      title: count === 1 ? title : `${title}, ${index + 1} of ${count}`,
      alarms: shown,
      width: Math.floor(width),
      height: count === 1 ? Math.min(mostHeight, 1 + Math.ceil(shown.length / 6)) : mostHeight,
    });
  });
}
