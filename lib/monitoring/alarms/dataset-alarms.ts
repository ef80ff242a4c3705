import { Construct } from 'constructs';
import type { Dataset, Source } from '../../../core/source/source';
import { type Environment, schedulesHere } from '../../environments';
import { ofDataset } from '../metrics';
import type { AlarmKind } from './alarm-names';
import { ExplainedAlarm, type ExplainedAlarmProps, endsByItself, toBeSeen } from './explained-alarm';
import { consequenceOf } from './explanation';
import { whyStuck } from './first-commands';
import { hoursLateAllowed } from './thresholds';

export interface DatasetAlarmsProps {
  readonly environment: Environment;
  readonly source: Source;
  readonly dataset: Dataset;
}

/** What can go wrong with a dataset. Of a run that does not end, or ends unpublished, one of these tells; `late` follows when the deadline has passed. */
export class DatasetAlarms extends Construct {
  readonly alarms: readonly ExplainedAlarm[];

  constructor(scope: Construct, id: string, { environment, source, dataset }: DatasetAlarmsProps) {
    super(scope, id);
    const watched = { environment: environment.name, source: source.name, dataset: dataset.name };
    const name = `${source.name}/${dataset.name}`;
    const command = (verb: string) => `npx baseload ${verb} ${name} --env ${environment.name}`;
    const consequence = consequenceOf(source.name, dataset);
    const alarm = (kind: AlarmKind, props: Omit<ExplainedAlarmProps, 'watched' | 'kind'>) =>
      new ExplainedAlarm(this, kind, { watched, kind, ...props });

    this.alarms = [
      ...(schedulesHere(environment, source, dataset).length > 0
        ? [
            alarm('late', {
              meaning: `${name} should have been published, and is not: its deadline is ${dataset.deadlineHours} hours after its schedule. ${consequence}`,
              first: command('status'),
              metric: ofDataset(watched, 'HoursLate', 'Maximum'),
              breaches: { above: hoursLateAllowed },
              // Reconcile states it each minute, one that verifies for 15 minutes when it ends. Nothing at all for half an hour: nobody knows.
              during: [6, 6],
              missing: 'breaching',
            }),
          ]
        : []),
      alarm('stuck', {
        meaning: `The next step of an open run of ${name} fails each time, mostly since a document of it in the lake cannot be read. It waits for somebody, and no other run of ${name} begins meanwhile. ${consequence}`,
        first: whyStuck(watched),
        metric: ofDataset(watched, 'RunStuck', 'Sum'),
        breaches: { from: 1 },
        // One that fails is made good a minute later; three periods of half an hour are also seen when other runs make each pass take 15 minutes.
        during: [3, 6],
      }),
      alarm('quarantine', {
        meaning: `A run of ${name} was not published: more of its records do not fit their columns than it was planned to allow, ${percent(dataset.maxQuarantinedRatio)} as deployed now. ${consequence} ${endsByItself}`,
        first: command('status'),
        metric: ofDataset(watched, 'RunQuarantined', 'Sum'),
        breaches: { from: 1 },
        during: toBeSeen,
      }),
      alarm('drift', {
        meaning: `A run of ${name} was not published: the source changed while it was read, and never stood still long enough to prove that nothing is missing. ${consequence} ${endsByItself}`,
        first: command('runs'),
        metric: ofDataset(watched, 'RunDrifted', 'Sum'),
        breaches: { from: 1 },
        during: toBeSeen,
      }),
      alarm('incomplete', {
        meaning: `A run of ${name} was not published: records are missing or came twice, or the table would lose more rows than maxShrink allows, or it was given up. ${consequence} ${endsByItself}`,
        first: command('verify'),
        metric: ofDataset(watched, 'RunIncomplete', 'Sum'),
        breaches: { from: 1 },
        during: toBeSeen,
      }),
    ];
  }
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
