import { ConfigurationError } from '../../core/errors';
import type { Lake } from '../../core/run/ports';
import { datasetsIn } from '../../core/run/publish/datasets-in';
import { runIds } from '../../core/run/status/run-ids';

/** Runs that a sentence names. */
const mostNamed = 10;

/** A dataset and a run of a source, as a person named them. */
export interface NamedInSource {
  readonly source: string;
  readonly dataset?: string | undefined;
  readonly run?: string | undefined;
}

/** A ConfigurationError where the lake has nothing of a dataset or a run of a source that somebody named: it names those that there are. */
export async function refuseUnknown(
  { source, dataset, run }: NamedInSource,
  lake: Pick<Lake, 'list'>,
): Promise<void> {
  if (dataset === undefined && run === undefined) return;
  const datasets: string[] = [];
  for await (const one of datasetsIn(lake)) if (one.source === source) datasets.push(one.dataset);
  if (dataset !== undefined && !datasets.includes(dataset)) {
    const known = datasets.length > 0 ? `it has ${datasets.join(', ')}` : 'nothing of it has been loaded yet';
    throw new ConfigurationError(`the lake has no dataset '${dataset}' of source '${source}': ${known}`);
  }
  if (run === undefined) return;
  const ids: string[] = [];
  for (const name of dataset === undefined ? datasets : [dataset]) {
    for await (const id of runIds({ source, dataset: name }, lake)) ids.push(id);
  }
  if (ids.includes(run)) return;
  const of = dataset === undefined ? source : `${source}/${dataset}`;
  const latest = [...new Set(ids)].sort().reverse();
  const more = latest.length > mostNamed ? ' and earlier ones' : '';
  const known = latest.length > 0 ? `it has ${latest.slice(0, mostNamed).join(', ')}${more}` : 'it has none';
  throw new ConfigurationError(`the lake has no run '${run}' of ${of}: ${known}`);
}
