import {
  AlarmState,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  type IAlarm,
} from 'aws-cdk-lib/aws-cloudwatch';
import { columns } from './row';

/** Alarms that one widget shows (CloudWatch API, "Dashboard body structure and syntax", properties of an alarm widget). */
const mostAlarms = 100;

/** Alarms beside each other on a narrow screen; what is seen of more lines is scrolled. */
const alarmsInLine = 5;
const mostHeight = 4;

/** Which alarms are in ALARM, and below them the state of every alarm that pages; in both, the latest of those in ALARM come first. */
export function alarmWidgets(pages: readonly IAlarm[], others: readonly IAlarm[]): AlarmStatusWidget[][] {
  return [...inAlarm(others), [whatPages(pages)]];
}

/** Four side by side, where one does not hold them all. */
function inAlarm(alarms: readonly IAlarm[]): AlarmStatusWidget[][] {
  const count = Math.ceil(alarms.length / mostAlarms);
  const widgets = Array.from({ length: count }, (_, index) => {
    return new AlarmStatusWidget({
      title: count === 1 ? 'In ALARM: none is good' : `In ALARM, ${index + 1} of ${count}`,
      alarms: alarms.slice(index * mostAlarms, (index + 1) * mostAlarms),
      states: [AlarmState.ALARM],
      sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
      width: columns / Math.min(4, count),
      height: count === 1 ? 2 : 3,
    });
  });
  return Array.from({ length: Math.ceil(count / 4) }, (_, line) => widgets.slice(4 * line, 4 * line + 4));
}

function whatPages(pages: readonly IAlarm[]): AlarmStatusWidget {
  return new AlarmStatusWidget({
    title: 'What pages',
    alarms: [...pages],
    sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
    width: columns,
    // Two lines of alarms are little more than one of the grid.
    height: Math.min(mostHeight, 1 + Math.ceil(0.62 * Math.ceil(pages.length / alarmsInLine))),
  });
}
