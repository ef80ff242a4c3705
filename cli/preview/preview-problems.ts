import type { ShapedRange } from '../../core/shape/shape-range';
import type { Dataset } from '../../core/source/source';
import { count, counted } from '../format';
import type { ShapedPages } from './shape-first-pages';
import { stopsAt } from './softened';

/** Why a run of the dataset would not be published, as far as the records that were looked at tell; one sentence each. */
export function previewProblems(
  dataset: Dataset,
  { shaped, repeatedKeys }: Pick<ShapedPages, 'shaped' | 'repeatedKeys'>,
): string[] {
  const { quarantined, observations } = shaped;
  const stops = observations.quarantined.find(({ column }) => stopsAt(dataset, column));
  const [unknown] = observations.unknownFields;
  const problems: string[] = [];
  if (stops) {
    const what = stops.column === null ? 'does not fit' : `'${stops.column}' does not fit`;
    problems.push(`a run would stop at the first record that ${what}, as onUnfit is 'fail'`);
  } else if (quarantined > 0) problems.push(quarantineProblem(dataset, shaped));
  if (dataset.unknownFields === 'fail' && unknown)
    problems.push(
      `a run would stop at the field '${unknown.name}', as no column reads it and unknownFields is 'fail'`,
    );
  if (repeatedKeys !== undefined) problems.push(`a run would not be published: ${repeatedKeys}`);
  return problems;
}

/** By the share that verification goes by. */
function quarantineProblem(
  { maxQuarantinedRatio }: Dataset,
  { received, added, quarantined }: ShapedRange,
): string {
  const would = `${count(quarantined)} of ${counted(received + added, added === 0 ? 'record' : 'row')} would be quarantined`;
  return quarantined / (received + added) > maxQuarantinedRatio
    ? `${would}, above maxQuarantinedRatio ${maxQuarantinedRatio}, so a run would not be published`
    : `${would}, within maxQuarantinedRatio ${maxQuarantinedRatio}`;
}
