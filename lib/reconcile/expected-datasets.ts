import type { ExpectedDataset } from '../../core/run/freshness/expected-dataset';
import type { Source } from '../../core/source/source';
import { type Environment, schedulesHere } from '../environments';

/**
 * Every dataset of the sources, in their order, and when its runs are due in this environment: at no time where its schedule is off, or where
 * it has none. Reconcile's bundle holds it, so that no source has to be read to know what is late.
 */
export function expectedDatasets(
  environment: Environment,
  sources: readonly Pick<Source, 'name' | 'baseUrl' | 'datasets'>[],
): ExpectedDataset[] {
  const windowMinutes = environment.scheduleWindow.maxWindow?.toMinutes() ?? 0;
  return sources.flatMap((source) =>
    source.datasets.map((dataset) => {
      const { name, deadlineHours } = dataset;
      const schedules = schedulesHere(environment, source, dataset);
      return { source: source.name, dataset: name, schedules, windowMinutes, deadlineHours };
    }),
  );
}
