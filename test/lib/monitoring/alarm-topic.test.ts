import { Match } from 'aws-cdk-lib/assertions';
import { alarmAddresses } from '../../../lib/monitoring/alarm-addresses';
import { synthesizeMonitoring } from '../../support/alarms/synthesize-monitoring';
import tides from '../fixtures/sources/tides';

describe('the topic', () => {
  test('takes messages from alarms of this environment and account only, over TLS, and without a key that CloudWatch may not use', () => {
    const template = synthesizeMonitoring('prod', [tides]);
    template.hasResourceProperties('AWS::SNS::Topic', {
      TopicName: 'baseload-prod-alarms',
      KmsMasterKeyId: Match.absent(),
    });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          {
            Sid: 'AlarmsMayPublish',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: Match.anyValue(),
            Condition: {
              StringEquals: { 'aws:SourceAccount': '111122223333' },
              ArnLike: {
                'aws:SourceArn': 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:baseload-prod-*',
              },
            },
          },
        ],
      },
    });
  });

  test('mails to whom the context says', () => {
    const context = { alarmEmail: 'one@example.com, two@example.com' };
    const template = synthesizeMonitoring('prod', [tides], { context });
    const subscribed = Object.values(template.findResources('AWS::SNS::Subscription')).map(
      ({ Properties }) => [Properties.Protocol, Properties.Endpoint],
    );
    expect(subscribed).toEqual([
      ['email', 'one@example.com'],
      ['email', 'two@example.com'],
    ]);
    synthesizeMonitoring('prod', [tides]).resourceCountIs('AWS::SNS::Subscription', 0);
  });
});

describe('addresses', () => {
  test('an environment has its own, or those of all; each counts once', () => {
    const context = { alarmEmail: 'all@example.com,all@example.com', 'prod:alarmEmail': 'prod@example.com' };
    expect(alarmAddresses(context, 'dev')).toEqual({ addresses: ['all@example.com'], problems: [] });
    expect(alarmAddresses(context, 'prod')).toEqual({ addresses: ['prod@example.com'], problems: [] });
    expect(alarmAddresses({}, 'prod')).toEqual({ addresses: [], problems: [] });
  });

  test('several are a text with commas, or a list as cdk.json can hold', () => {
    const addresses = ['a@example.com', 'b@example.com'];
    for (const alarmEmail of ['a@example.com, b@example.com', addresses])
      expect(alarmAddresses({ alarmEmail }, 'prod')).toEqual({ addresses, problems: [] });
    expect(alarmAddresses({ alarmEmail: [] }, 'prod')).toEqual({ addresses: [], problems: [] });
  });

  const allowed = 'allowed: an e-mail address, or several, with commas between or as a list';
  test.each([
    ['on-call', `context 'alarmEmail': received 'on-call', ${allowed}`],
    ['a@example.com,,b@example.com', `context 'alarmEmail': address 2 of 3 is empty, ${allowed}`],
    ['', `context 'alarmEmail': address 1 of 1 is empty, ${allowed}`],
    [['a@example.com', 7], `context 'alarmEmail': received 7, ${allowed}`],
    [true, `context 'alarmEmail': received true, ${allowed}`],
  ])('%j is refused in a sentence', (alarmEmail, sentence) => {
    expect(alarmAddresses({ alarmEmail }, 'prod').problems).toEqual([sentence]);
    expect(() => synthesizeMonitoring('prod', [tides], { context: { alarmEmail } })).toThrow(sentence);
  });

  test('an environment that does not exist is refused, wherever it is deployed', () => {
    expect(alarmAddresses({ 'prd:alarmEmail': 'a@example.com' }, 'dev').problems).toEqual([
      "context 'prd:alarmEmail' names no environment: there is local, dev, staging, prod",
    ]);
  });
});
