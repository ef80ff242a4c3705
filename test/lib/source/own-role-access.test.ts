import { App, Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bigint } from '../../../core/source/columns';
import { defineSource, secret } from '../../../core/source/define-source';
import { addBaseload } from '../../../lib/baseload-app';
import { BaseloadStack } from '../../../lib/baseload-stack';
import { powerlessSources } from '../../../lib/source/own-role-access';
import { usualEnvironments } from '../../../lib/usual-environments';
import { fixtureSources, synthesize } from '../fixtures/synthesize';

const sigV4 = { type: 'aws-sigv4', region: 'eu-west-1', service: 'execute-api' } as const;
const api = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET';
const [fixture] = fixtureSources;
if (!fixture) throw new Error('there is a source');
const { file, source: tides } = fixture;
const allowing = {
  ...sigV4,
  allow: [{ actions: ['execute-api:Invoke'], resources: [`${api}/*`, `${api}/orders`] }],
};
const signed = (auth: typeof tides.auth) => ({
  sources: [{ file, source: { ...tides, name: 'signed', auth } }],
  problems: [],
});

/** Statements of execute-api, by function. */
function grants(template: Template): Record<string, unknown> {
  const roles = template.findResources('AWS::IAM::Role');
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  return Object.fromEntries(
    functions.flatMap(({ Properties: { FunctionName, Role } }) => {
      const statements = roles[Role['Fn::GetAtt'][0]]?.Properties.Policies.flatMap(
        (policy: { PolicyDocument: { Statement: { Action: unknown }[] } }) => policy.PolicyDocument.Statement,
      );
      const found = statements.filter(({ Action }: { Action: unknown }) =>
        JSON.stringify(Action).includes('execute-api'),
      );
      return found.length === 0 ? [] : [[FunctionName, found]];
    }),
  );
}

test('worker and fan-out of a source that signs with their role may do what it allows, and no other function may', () => {
  const statement = {
    Effect: 'Allow',
    Action: 'execute-api:Invoke',
    Resource: [`${api}/*`, `${api}/orders`],
  };
  const template = synthesize('prod', [...fixtureSources, ...signed(allowing).sources]);
  expect(grants(template)).toEqual({
    'baseload-prod-signed-worker': [statement],
    'baseload-prod-signed-fan-out': [statement],
  });
});

test('the rules for AWS Solutions take the patterns that a source file names', () => {
  const app = new App();
  new BaseloadStack(app, 'Stack', { environment: usualEnvironments.prod, sources: signed(allowing).sources });
  expect(new AwsSolutionsChecks(app).validateScope(app).violations).toEqual([]);
});

test('a deployed source that signs with its own role and allows it nothing is refused in one sentence', () => {
  const app = new App({ context: { environment: 'prod' } });
  expect(addBaseload(app, signed(sigV4))).toEqual([
    "source 'signed' signs with the functions' own role and allows it nothing: say in auth.allow which actions it may use on which ARNs, or name accessKeyId and secretAccessKey",
  ]);
  expect(app.node.children.filter(Stack.isStack)).toEqual([]);
});

test('is not where it allows something, signs with keys, or is on a laptop', () => {
  const keys = { ...sigV4, accessKeyId: secret('id'), secretAccessKey: secret('key') };
  for (const auth of [allowing, keys, tides.auth])
    expect(powerlessSources([{ name: 'a', auth }])).toEqual([]);
  expect(addBaseload(new App({ context: { environment: 'local' } }), signed(sigV4))).toEqual([]);
});

test('the compiler refuses an action without its service and a resource that is no ARN', () => {
  const source = {
    name: 'signed',
    baseUrl: 'https://signed.example',
    limits: { requestsPerSecond: 1 },
    datasets: [
      {
        name: 'orders',
        request: { path: '/' },
        pagination: { type: 'single' },
        records: '',
        key: ['id'],
        columns: { id: bigint() },
      },
    ],
  } as const;
  const allow = { actions: ['execute-api:Invoke'], resources: [`${api}/*`] } as const;
  expect(defineSource({ ...source, auth: { ...sigV4, allow: [allow] } }).auth).toEqual({
    ...sigV4,
    allow: [allow],
  });
  expect(() =>
    // @ts-expect-error every action
    defineSource({ ...source, auth: { ...sigV4, allow: [{ ...allow, actions: ['*'] }] } }),
  ).toThrow('whole name');
  expect(() =>
    // @ts-expect-error every resource
    defineSource({ ...source, auth: { ...sigV4, allow: [{ ...allow, resources: ['*'] }] } }),
  ).toThrow('an ARN');
  expect(() =>
    // @ts-expect-error nothing that it is allowed on
    defineSource({ ...source, auth: { ...sigV4, allow: [{ actions: ['execute-api:Invoke'] }] } }),
  ).toThrow('a list of ARNs');
});
