import { App, Duration, type Environment as Place, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Source } from '../../../core/source/source';
import type { EnvironmentName } from '../../../lambda/environment';
import type { Environment } from '../../../lib/environments';
import { Monitoring } from '../../../lib/monitoring/monitoring';
import { usualEnvironments } from '../../../lib/usual-environments';

/** Somewhere, so that ARNs and regions are texts. */
const somewhere: Place = { account: '111122223333', region: 'eu-central-1' };

export interface SynthesizeOptions {
  /** What differs from the environment of that name. @default nothing */
  readonly changes?: Partial<Environment>;
  /** @default none */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** The template of an environment's monitoring alone: its alarms, their topic and the dashboard. Workers have five minutes. */
export function synthesizeMonitoring(
  environment: EnvironmentName,
  sources: readonly Source[],
  { changes = {}, context = {} }: SynthesizeOptions = {},
): Template {
  const app = new App({ context });
  const stack = new Stack(app, 'Stack', { env: somewhere });
  const monitoring = new Monitoring(stack, 'Monitoring', {
    environment: { ...usualEnvironments[environment], ...changes },
    sources: sources.map((source) => ({ source, workerTimeout: Duration.minutes(5) })),
  });
  return Template.fromStack(monitoring);
}
