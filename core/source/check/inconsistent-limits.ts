import { describe } from '../describe';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';

/** The slowest limit there is, requests: each of the two lanes that there are at least asks once. */
export const slowestPerMinute = 2;

/** A lane that asks less than once a minute, or saves up longer than that for one request, would idle through its time limit. */
export function paceProblems(source: Fields, datasets: readonly Fields[]): readonly Problem[] {
  const limits = fields(source.limits);
  const rate = limits.requestsPerSecond;
  if (typeof rate !== 'number' || !(rate > 0)) return [];
  const lanes = limits.lanes ?? 2;
  if (rate * 60 < slowestPerMinute) {
    const allowed = 'at least 2 a minute, that is 0.034, since there are at least two lanes';
    return [problemAt(['limits', 'requestsPerSecond'], describe(rate), allowed)];
  }
  if (typeof lanes !== 'number' || !(lanes >= 2)) return [];
  if (lanes > rate * 60) {
    const allowed = `at most ${Math.floor(rate * 60)}, so that at ${rate} requests per second each lane asks once a minute`;
    return [problemAt(['limits', 'lanes'], describe(lanes), allowed)];
  }
  const most = (rate * 60) / lanes;
  return datasets.flatMap((dataset, index) => {
    const { weight } = fields(dataset.request);
    if (typeof weight !== 'number' || !(weight > most)) return [];
    const allowed = `at most ${Math.floor(most)}: at ${rate} requests per second over ${lanes} lanes, a lane would save up more than a minute for it`;
    return [problemAt(['datasets', index, 'request', 'weight'], describe(weight), allowed)];
  });
}
