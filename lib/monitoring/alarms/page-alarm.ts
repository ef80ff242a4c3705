import { Duration } from 'aws-cdk-lib';
import { CompositeAlarm, type IAlarm, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { pageName, type SharedCause } from './alarm-names';
import { anyOf, groupsOf } from './any-of';
import { aboutOf, type ExplainedAlarm } from './explained-alarm';
import { type Explanation, explanation } from './explanation';

export interface PageAlarmProps {
  readonly environment: string;
  readonly of: { readonly source: string } | SharedCause;
  /** What it pages for. */
  readonly children: readonly ExplainedAlarm[];
  readonly explained: Explanation;
  /** What is told when it begins, and when it ends. */
  readonly action: IAlarmAction;
  /** While it is in ALARM, this one tells nobody: their cause is the same. @default none */
  readonly suppressor?: IAlarm;
}

/**
 * How long a page waits for its suppressor: longer than reconcile's alarms take at most, which is 28 minutes where each invocation needs 15 to fail. An
 * alarm that is to be told must last for longer than that.
 */
export const waitPeriod = Duration.minutes(30);

/** How long what the suppressor's cause has brought about has to end too: as long as worker-errors stays after the last crash, and a little more. */
export const extensionPeriod = Duration.minutes(71);

/** A silent alarm that gathers some of a page's children. */
interface AlarmGroup {
  readonly name: string;
  readonly about: string;
  readonly alarm: IAlarm;
}

/**
 * The alarm that tells somebody, once, when any of its children begins, and once when all have ended (CloudWatch User Guide, "Create a composite
 * alarm"). With a suppressor it waits first, since the suppressor may be later than what it explains, and keeps quiet for a while after the
 * suppressor has ended (CloudWatch User Guide, "Suppressing composite alarm actions").
 */
export class PageAlarm extends Construct {
  readonly name: string;
  readonly about: string;
  readonly alarm: CompositeAlarm;
  /** The silent alarms between it and its children; none where one rule holds them all. */
  readonly groups: readonly AlarmGroup[];

  constructor(scope: Construct, id: string, props: PageAlarmProps) {
    super(scope, id);
    const { environment, of, children, suppressor } = props;
    this.name = pageName(environment, of);
    this.about = aboutOf({ environment, ...(typeof of === 'string' ? {} : of) });
    this.groups = this.#gather(children);
    const gathered =
      this.groups.length > 0 ? this.groups : children.map((alarm) => ({ name: alarm.name, alarm }));
    this.alarm = new CompositeAlarm(this, 'Alarm', {
      compositeAlarmName: this.name,
      alarmDescription: explanation(props.explained),
      alarmRule: anyOf(gathered.map(({ name }) => name)),
      ...(suppressor
        ? {
            actionsSuppressor: suppressor,
            actionsSuppressorWaitPeriod: waitPeriod,
            actionsSuppressorExtensionPeriod: extensionPeriod,
          }
        : {}),
    });
    this.alarm.addAlarmAction(props.action);
    this.alarm.addOkAction(props.action);
    // The rule names them, which CloudFormation does not see.
    this.alarm.node.addDependency(...gathered.map(({ alarm }) => alarm));
  }

  /** What the rule names instead of the children, where they are too many for it. */
  #gather(children: readonly ExplainedAlarm[]): AlarmGroup[] {
    const groups = groupsOf(children.map(({ name }) => name));
    if (groups.length <= 1) return [];
    return groups.map((names, index) => {
      const name = `${this.name}-group-${index + 1}`;
      const alarm = new CompositeAlarm(this, `Group${index + 1}`, {
        compositeAlarmName: name,
        alarmDescription: `Gathers alarms for ${this.name}, whose rule has no room for all of them.`,
        alarmRule: anyOf(names),
      });
      alarm.node.addDependency(...children.filter((child) => names.includes(child.name)));
      return { name, about: this.about, alarm };
    });
  }
}
