import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type AlarmKind, alarmName, type Watched } from './alarm-names';
import { explanation } from './explanation';

export interface ExplainedAlarmProps {
  readonly watched: Watched;
  readonly kind: AlarmKind;
  /** What it means for those who rely on the data; sentences. */
  readonly meaning: string;
  /** The command to begin with. */
  readonly first: string;
  /** With its period and statistic. */
  readonly metric: IMetric;
  /** How the metric breaches. */
  readonly breaches: Breach;
  /** How many of the last periods must breach: [2, 3] is two of three. */
  readonly during: readonly [breaching: number, periods: number];
  /** What a period without data counts as. @default 'notBreaching': most metrics are only there while something happens */
  readonly missing?: 'breaching' | 'notBreaching';
}

/** [1, 21] of periods of five minutes: what happens once stays in ALARM for an hour and three quarters, longer than a page may wait or be muted for. */
export const toBeSeen = [1, 21] as const;

/** What an alarm that lasts so long says of its end. */
export const endsByItself =
  'OK comes after an hour and three quarters by itself, whether or not anything was mended or loaded.';

/** Above a value, or at it and above, or below it. */
export type Breach = { readonly above: number } | { readonly from: number } | { readonly below: number };

/** An alarm that says what it means, what to do first and where to read on. It tells nobody: that is for the ones that gather it. */
export class ExplainedAlarm extends Alarm {
  readonly name: string;
  /** What it watches, for a person: 'shop/orders'. */
  readonly about: string;

  constructor(scope: Construct, id: string, props: ExplainedAlarmProps) {
    const { watched, kind, meaning, first } = props;
    const name = alarmName(watched, kind);
    const [datapointsToAlarm, evaluationPeriods] = props.during;
    super(scope, id, {
      alarmName: name,
      alarmDescription: explanation({ meaning, first, heading: kind }),
      metric: props.metric,
      ...compared(props.breaches),
      datapointsToAlarm,
      evaluationPeriods,
      treatMissingData:
        props.missing === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    this.name = name;
    this.about = aboutOf(watched);
  }
}

/** What is watched, for a person. */
export function aboutOf({ environment, source, dataset }: Watched): string {
  if (source === undefined) return `environment ${environment}`;
  return dataset === undefined ? `source ${source}` : `dataset ${source}/${dataset}`;
}

function compared(breach: Breach): { threshold: number; comparisonOperator: ComparisonOperator } {
  if ('above' in breach) {
    return { threshold: breach.above, comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD };
  }
  return 'from' in breach
    ? {
        threshold: breach.from,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      }
    : { threshold: breach.below, comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD };
}
