import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { EnvironmentName } from '../../../lambda/environment';
import { addBaseload } from '../../../lib/baseload-app';
import { BaseloadStack } from '../../../lib/baseload-stack';
import { Monitoring } from '../../../lib/monitoring/monitoring';
import { usualEnvironments } from '../../../lib/usual-environments';
import { alarmsIn } from '../../support/alarms/alarm-definitions';
import { fixtureSources } from '../fixtures/synthesize';

function stackOf(name: EnvironmentName): BaseloadStack {
  return new BaseloadStack(new App(), 'Stack', {
    environment: usualEnvironments[name],
    sources: fixtureSources,
  });
}

function monitoringOf(stack: BaseloadStack): Monitoring | undefined {
  return stack.node.children.find((child) => child instanceof Monitoring);
}

test('alarms watch functions and queues by the names that they have in the stack', () => {
  const stack = stackOf('prod');
  const monitoring = monitoringOf(stack);
  if (!monitoring) throw new Error('prod has alarms');
  const template = Template.fromStack(stack);
  const names = new Set(
    [['AWS::Lambda::Function', 'FunctionName'] as const, ['AWS::SQS::Queue', 'QueueName'] as const].flatMap(
      ([type, property]) =>
        Object.values(template.findResources(type)).map(({ Properties }) => Properties[property]),
    ),
  );
  const watched = alarmsIn(Template.fromStack(monitoring)).metric.flatMap(({ series }) =>
    Object.values(series)
      .filter(({ namespace }) => namespace.startsWith('AWS/'))
      .flatMap(({ dimensions }) => Object.values(dimensions)),
  );
  expect(watched.length).toBeGreaterThan(15);
  expect(watched.filter((name) => !names.has(name))).toEqual([]);
});

test('a worker that alarms call slow has the timeout that they are told', () => {
  const stack = stackOf('prod');
  const monitoring = monitoringOf(stack);
  if (!monitoring) throw new Error('prod has alarms');
  const template = Template.fromStack(stack);
  const slow = alarmsIn(Template.fromStack(monitoring)).metric.filter(({ name }) =>
    name.endsWith('worker-duration'),
  );
  const workers = template.findResources('AWS::Lambda::Function', {
    Properties: { FunctionName: 'baseload-prod-harbour-worker' },
  });
  const timeouts = Object.values(workers).map(({ Properties }) => 1000 * Properties.Timeout);
  expect(slow.map(({ threshold }) => threshold)).toEqual(slow.map(() => 0.8 * (timeouts[0] ?? 0)));
});

test('outputs say where to look, and who can subscribe', () => {
  const template = Template.fromStack(stackOf('prod'));
  expect(Object.keys(template.findOutputs('*'))).toEqual(expect.arrayContaining(['AlarmTopic', 'Dashboard']));
});

test('an environment without alarms has none, and no topic', () => {
  expect(monitoringOf(stackOf('local'))).toBeUndefined();
});

test('an address that is none is a problem of the app, in a sentence', () => {
  const app = new App({ context: { environment: 'prod', alarmEmail: 'on-call' } });
  expect(addBaseload(app, { sources: fixtureSources, problems: [] })).toEqual([
    "context 'alarmEmail': received 'on-call', allowed: an e-mail address, or several, with commas between or as a list",
  ]);
});
