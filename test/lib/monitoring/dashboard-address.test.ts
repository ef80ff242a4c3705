import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, type Environment as Place, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Source } from '../../../core/source/source';
import { Monitoring } from '../../../lib/monitoring/monitoring';
import { usualEnvironments } from '../../../lib/usual-environments';
import tides from '../fixtures/sources/tides';
import { manySources } from './many-sources';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baseload-dashboard-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['eu-central-1', 'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1'],
])("in %s, the dashboard's address is that of the partition's console", (region, address) => {
  const { stack, monitoring } = synthesize([tides], { region });
  expect(stack.resolve(monitoring.dashboardUrl)).toBe(`${address}#dashboards:name=baseload-prod`);
  expect(JSON.stringify(Template.fromStack(monitoring).toJSON())).toContain(`${address}#alarmsV2:`);
});

test('where the region is not yet known, the address is looked up by partition, in the stack and in the one within it', () => {
  const { stack, monitoring } = synthesize([tides], {});
  const lookedUp = { 'Fn::FindInMap': ['Console', { Ref: 'AWS::Partition' }, 'domain'] };
  expect(JSON.stringify(stack.resolve(monitoring.dashboardUrl))).toContain(JSON.stringify(lookedUp));
  const domains = { aws: { domain: 'console.aws.amazon.com' }, 'aws-cn': { domain: 'console.amazonaws.cn' } };
  for (const one of [stack, monitoring]) {
    expect(Template.fromStack(one).findMappings('Console').Console).toMatchObject(domains);
  }
});

test('thirty sources stay far below the megabyte that a template holds, and the dashboard too', () => {
  const { app, monitoring } = synthesize(manySources(30, 1), {});
  app.synth();
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.nested.template.json'));
  expect(statSync(join(folder, file)).size).toBeLessThan(700_000);
  const [dashboard] = Object.values(
    Template.fromStack(monitoring).findResources('AWS::CloudWatch::Dashboard'),
  );
  expect(JSON.stringify(dashboard).length).toBeLessThan(250_000);
});

function synthesize(sources: readonly Source[], env: Place) {
  const app = new App({ outdir: folder });
  const stack = new Stack(app, 'Stack', { env });
  const monitoring = new Monitoring(stack, 'Monitoring', {
    environment: usualEnvironments.prod,
    sources: sources.map((source) => ({ source, workerTimeout: Duration.minutes(5) })),
  });
  return { app, stack, monitoring };
}
