import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { BaseloadStack } from '../../../lib/baseload-stack';
import { usualEnvironments } from '../../../lib/usual-environments';
import { fixtureSources } from '../fixtures/synthesize';

const resourcesSchema = z.record(
  z.string(),
  z.looseObject({
    Type: z.string(),
    DependsOn: z.union([z.array(z.string()), z.string().transform((one) => [one])]).default([]),
    Properties: z.looseObject({ Description: z.unknown().optional() }).default({}),
  }),
);
const reference = z.object({ Ref: z.string() });
const attribute = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });

/** What a value of a template refers to, by logical id. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const ref = reference.safeParse(value).data?.Ref ?? attribute.safeParse(value).data?.['Fn::GetAtt'][0];
  return ref === undefined ? Object.values(value).flatMap(referencesIn) : [ref];
}

test('the first minute comes when all else is made but what watches it, with a network too', () => {
  const environment = { ...usualEnvironments.prod, network: { cidr: '10.64.0.0/20' } };
  const sources = fixtureSources.map(({ file, source }) => ({
    file,
    source: { ...source, network: 'private' as const },
  }));
  const stack = new BaseloadStack(new App(), 'Stack', { environment, sources });
  const resources = resourcesSchema.parse(Template.fromStack(stack).toJSON().Resources);
  const ids = Object.keys(resources);
  const [minute = ''] = ids.filter(
    (id) => resources[id]?.Properties.Description === 'Reconciles the open runs',
  );
  const before = new Set<string>();
  const add = (id: string) => {
    const resource = resources[id];
    if (!resource || before.has(id)) return;
    before.add(id);
    for (const one of [...resource.DependsOn, ...referencesIn(resource.Properties)]) add(one);
  };
  add(minute);
  const later = ids.filter((id) => !before.has(id));
  expect(later.map((id) => resources[id]?.Type)).toEqual(['AWS::CloudFormation::Stack']);
  expect(resources[later[0] ?? '']?.DependsOn).toContain(minute);
});
