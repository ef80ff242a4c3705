import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { prices } from '../../../core/forecast/prices';
import { ofFunction } from '../metrics';
import { expression, numbered } from './lines';

/** A function, and the memory that it gets. */
export interface Sized {
  readonly name: string;
  readonly megabytes: number;
}

/** What functions of a kind have cost: their time by their memory, and each invocation. */
export function lambdaCents(label: string, id: string, functions: readonly Sized[]): IMetric {
  const sizes = [...new Set(functions.map(({ megabytes }) => megabytes))].map((megabytes) => {
    const time = functions
      .filter((one) => one.megabytes === megabytes)
      .map(({ name }) => ofFunction(name, 'Duration', 'Sum'));
    const perMillisecond = (megabytes / 1024) * (prices.lambdaGigabyteSecond.dollars / 1000);
    return { id: `${id}${megabytes}time`, time, perMillisecond };
  });
  const calls = functions.map(({ name }) => ofFunction(name, 'Invocations', 'Sum'));
  const terms = [
    ...sizes.map((size) => `SUM(METRICS("${size.id}")) * ${inCents(size.perMillisecond)}`),
    `SUM(METRICS("${id}calls")) * ${inCents(prices.lambdaRequest.dollars)}`,
  ];
  return expression(terms.join(' + '), {
    usingMetrics: Object.assign(
      numbered(`${id}calls`, calls),
      ...sizes.map((size) => numbered(size.id, size.time)),
    ),
    label,
  });
}

/** Dollars as cents, in plain digits, as metric math wants numbers, and without the noise of binary fractions. */
export function inCents(dollars: number): string {
  return (100 * dollars).toLocaleString('en-US', { maximumSignificantDigits: 8, useGrouping: false });
}
