import type { Duration } from 'aws-cdk-lib';
import type { IAlarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Source } from '../../../core/source/source';
import type { Environment } from '../../environments';
import { DatasetAlarms } from './dataset-alarms';
import type { ExplainedAlarm } from './explained-alarm';
import { consequencesOf } from './explanation';
import { PageAlarm } from './page-alarm';
import { SourceAlarms } from './source-alarms';

export interface SourcePageProps {
  readonly environment: Environment;
  readonly source: Source;
  readonly workerTimeout: Duration;
  readonly action: IAlarmAction;
  /** While it is in ALARM, nobody is told of this source. */
  readonly suppressor: IAlarm;
}

/** All alarms of a source and its datasets, and the one that pages for them. */
export class SourcePage extends Construct {
  readonly children: readonly ExplainedAlarm[];
  /** The one of them that the environment pages for, since several sources suffer from its cause together. */
  readonly throttles: ExplainedAlarm;
  readonly page: PageAlarm;

  constructor(scope: Construct, id: string, props: SourcePageProps) {
    super(scope, id);
    const { environment, source, workerTimeout, action, suppressor } = props;
    const ofSource = new SourceAlarms(this, 'Alarms', { environment, source, workerTimeout });
    const ofDatasets = source.datasets.map(
      (dataset) => new DatasetAlarms(this, `Dataset-${dataset.name}`, { environment, source, dataset }),
    );
    const own = [...ofSource.alarms, ...ofDatasets.flatMap(({ alarms }) => alarms)];
    this.throttles = ofSource.throttles;
    this.children = [...own, this.throttles];
    this.page = new PageAlarm(this, 'Page', {
      environment: environment.name,
      of: { source: source.name },
      children: own,
      explained: {
        meaning: `Something is wrong with ${source.name}; the alarms in ALARM whose names begin with this one's say what. It may mean: ${consequencesOf(environment, source)} While this is in ALARM, further faults of ${source.name} send no mail: look at the dashboard. OK comes by itself, also where nothing was loaded: it proves nothing, and status tells.`,
        first: `npx baseload status ${source.name} --env ${environment.name}`,
      },
      action,
      suppressor,
    });
  }
}
