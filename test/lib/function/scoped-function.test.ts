import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ScopedFunction, type ScopedFunctionProps } from '../../../lib/function/scoped-function';
import { usualEnvironments } from '../../../lib/usual-environments';

const statement = new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::lake/x'] });

function synthesize(changes: Partial<ScopedFunctionProps> = {}): Template {
  const app = new App({ postCliContext: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Stack');
  new ScopedFunction(stack, 'Function', {
    environment: usualEnvironments.prod,
    functionName: 'baseload-prod-reconcile',
    description: 'Does one thing',
    handler: 'reconcile',
    serviceName: 'reconcile',
    timeout: Duration.minutes(1),
    memorySize: 256,
    variables: {},
    statements: [statement],
    ...changes,
  });
  return Template.fromStack(stack);
}

/** The actions of the function's role, a list for each statement. */
function actionsIn(template: Template): string[][] {
  const [role] = Object.values(template.findResources('AWS::IAM::Role'));
  const policies: { PolicyDocument: { Statement: { Action: string | string[] }[] } }[] =
    role?.Properties.Policies ?? [];
  return policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.map(({ Action }) => [Action].flat()),
  );
}

const logging = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const tracing = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

test('the role allows logging and what is listed, and nothing adds to it', () => {
  const template = synthesize();
  expect(actionsIn(template)).toEqual([logging, ['s3:GetObject']]);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  template.hasResourceProperties('AWS::Lambda::Function', { TracingConfig: Match.absent() });
});

test('with tracing it may send traces, by one statement that is ours', () => {
  const template = synthesize({ tracing: true });
  const actions = actionsIn(template).map((list) => list.sort());
  expect(actions).toEqual([logging, ['s3:GetObject'], tracing]);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  template.hasResourceProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
});

test('what its bundle defines is part of what the code is named by', () => {
  const codeOf = (template: Template) =>
    Object.values(template.findResources('AWS::Lambda::Function'))[0]?.Properties.Code.S3Key;
  const none = codeOf(synthesize());
  const one = codeOf(synthesize({ define: { BASELOAD_EXPECTED: [] } }));
  expect(codeOf(synthesize({ define: { BASELOAD_EXPECTED: [] } }))).toBe(one);
  expect(new Set([none, one, codeOf(synthesize({ define: { BASELOAD_EXPECTED: [1] } }))]).size).toBe(3);
});
