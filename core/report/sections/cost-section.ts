import { priceRegion, pricesAsOf } from '../../forecast/prices';
import type { ReportFacts } from '../gather/report-facts';
import { type Html, html } from '../html';
import { table } from '../table';
import { dollars } from '../words';

/** What the run cost, or would have on AWS. */
export function costSection({ cost }: ReportFacts): Html | undefined {
  if (cost === undefined) return undefined;
  const services: readonly (readonly [string, number])[] = [
    ['Lambda', cost.lambda],
    ['S3 requests', cost.s3],
    ['SQS', cost.sqs],
    ['CloudWatch', cost.cloudWatch],
    ['Secrets Manager', cost.secretsManager],
  ];
  const rows = services.filter(([, value]) => value > 0);
  return html`<section>
<h2>Cost</h2>
<p>Derived from what the run did, at list prices of ${pricesAsOf} in ${priceRegion}, without the free tier: ${dollars(cost.total)} once, and ${dollars(cost.storageMonth)} a month for what stays in the lake. A run on a laptop costs nothing.</p>
${table(
  [
    { title: 'Service', value: ([service]) => service },
    { title: 'Dollars', kind: 'number', value: ([, value]) => dollars(value) },
  ],
  rows,
)}
</section>`;
}
