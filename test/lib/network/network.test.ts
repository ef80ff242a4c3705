import { App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { BaseloadStack } from '../../../lib/baseload-stack';
import type { Environment } from '../../../lib/environments';
import { Network } from '../../../lib/network/network';
import { usualEnvironments } from '../../../lib/usual-environments';
import { fixtureSources } from '../fixtures/synthesize';

const cidr = '10.64.0.0/20';

/** The sources of the fixtures: harbour is private, on a port of its own; tides is not. */
const sources = fixtureSources.map((one) => {
  if (one.source.name !== 'harbour') return one;
  return {
    ...one,
    source: { ...one.source, network: 'private' as const, baseUrl: 'https://api.harbour.example:8443/v2' },
  };
});

function stackIn(app: App): BaseloadStack {
  return new BaseloadStack(app, 'Stack', {
    environment: { ...usualEnvironments.prod, network: { cidr } },
    sources,
  });
}

describe('an environment with a network', () => {
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(stackIn(new App()));
  });
  const only = (type: string) => {
    const [found, ...more] = Object.entries(template.findResources(type));
    expect(more).toEqual([]);
    return { id: found?.[0], Properties: found?.[1]?.Properties };
  };

  it('leaves the internet through one address, which an output tells', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    const { id } = only('AWS::EC2::EIP');
    template.hasResourceProperties('AWS::EC2::NatGateway', {
      AllocationId: { 'Fn::GetAtt': [id, 'AllocationId'] },
    });
    template.hasOutput('EgressAddress', { Value: { 'Fn::GetAtt': [id, 'PublicIp'] } });
    template.hasOutput('NetworkVpc', { Value: { Ref: only('AWS::EC2::VPC').id } });
  });

  it('has two zones of whatever region it is deployed to', () => {
    const zones = Object.values(template.findResources('AWS::EC2::Subnet')).map(
      ({ Properties }) => Properties.AvailabilityZone,
    );
    const zone = (index: number) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] });
    expect(zones).toEqual([zone(0), zone(1), zone(0), zone(1)]);
  });

  it('lets nothing in: no group takes connections, except the endpoints from the functions', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::EC2::SecurityGroup')))
      expect(Properties).not.toHaveProperty('SecurityGroupIngress');
    const { Properties } = only('AWS::EC2::SecurityGroupIngress');
    expect(Properties).toMatchObject({ FromPort: 443, ToPort: 443 });
    expect(Properties.SourceSecurityGroupId['Fn::GetAtt'][0]).toMatch(/FunctionsGroup/);
    for (const subnet of Object.values(template.findResources('AWS::EC2::Subnet')))
      expect(subnet.Properties.MapPublicIpOnLaunch).toBe(false);
  });

  it('puts nothing into the default group, whose rules no function is made to take', () => {
    const made = Object.keys(template.findResources('AWS::EC2::SecurityGroup'));
    const placed = [
      ...Object.values(template.findResources('AWS::EC2::VPCEndpoint'))
        .filter(({ Properties }) => Properties.VpcEndpointType === 'Interface')
        .map(({ Properties }) => Properties.SecurityGroupIds),
      ...Object.values(template.findResources('AWS::Lambda::Function'))
        .filter(({ Properties }) => Properties.VpcConfig)
        .map(({ Properties }) => Properties.VpcConfig.SecurityGroupIds),
    ];
    expect(placed).toHaveLength(4);
    for (const groups of placed) {
      expect(groups).toHaveLength(1);
      expect(made).toContain(groups[0]['Fn::GetAtt'][0]);
    }
    const types = Object.values<{ Type: string }>(template.toJSON().Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith('Custom::'))).toEqual([]);
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role')))
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it('keeps its address when it goes, where the lake is kept too', () => {
    const fates = (environment: Environment) => {
      const stack = new BaseloadStack(new App(), 'Stack', {
        environment: { ...environment, network: { cidr } },
        sources,
      });
      return Object.values(Template.fromStack(stack).findResources('AWS::EC2::EIP')).map(
        ({ DeletionPolicy }) => DeletionPolicy,
      );
    };
    expect(fates(usualEnvironments.prod)).toEqual(['RetainExceptOnCreate']);
    expect(fates(usualEnvironments.dev)).toEqual(['Delete']);
  });

  it('is in the zones that are named, and refuses what are no two zones', () => {
    const zonesOf = (zones: readonly [string, string]) => {
      const environment = { ...usualEnvironments.prod, network: { cidr, zones } };
      const stack = new BaseloadStack(new App(), 'Stack', { environment, sources });
      return Object.values(Template.fromStack(stack).findResources('AWS::EC2::Subnet')).map(
        ({ Properties }) => Properties.AvailabilityZone,
      );
    };
    expect(new Set(zonesOf(['us-east-1b', 'us-east-1d']))).toEqual(new Set(['us-east-1b', 'us-east-1d']));
    for (const [one, other] of [
      ['us-east-1b', 'us-east-1b'],
      ['use1-az2', 'use1-az4'],
      ['us-east-1', 'us-east-1b'],
    ] as const)
      expect(() => zonesOf([one, other])).toThrow(
        `the network of prod in lib/environments.ts has the zones ["${one}","${other}"]: give the names of two availability zones`,
      );
  });

  it('lets functions out to AWS and to the ports of private sources, and nowhere else', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [443, 8443].map((port) =>
        Match.objectLike({ IpProtocol: 'tcp', FromPort: port, ToPort: port }),
      ),
    });
  });

  it('holds the functions of private sources, and no others', () => {
    const inside = Object.values(template.findResources('AWS::Lambda::Function'))
      .filter(({ Properties }) => Properties.VpcConfig)
      .map(({ Properties }) => [Properties.FunctionName, Properties.VpcConfig.SubnetIds.length]);
    expect(inside.sort()).toEqual([
      ['baseload-prod-harbour-fan-out', 2],
      ['baseload-prod-harbour-worker', 2],
    ]);
  });

  it('reaches the lake, SQS and Secrets Manager without leaving AWS', () => {
    const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) => {
      const service = JSON.stringify(Properties.ServiceName).match(/\.(s3|sqs|secretsmanager)"/)?.[1];
      return [service, Properties.VpcEndpointType, Properties.PrivateDnsEnabled];
    });
    expect(endpoints).toEqual([
      ['s3', 'Gateway', undefined],
      ['sqs', 'Interface', true],
      ['secretsmanager', 'Interface', true],
    ]);
  });

  it('keeps who talked with whom', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', {
      TrafficType: 'ALL',
      ResourceId: { Ref: only('AWS::EC2::VPC').id },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/baseload/prod/flow-logs',
      RetentionInDays: 90,
    });
  });

  it("denies to a function's own code what its role lets Lambda do with network interfaces", () => {
    for (const { name, Statement } of rolesOf(template, 'harbour')) {
      const ec2 = Statement.filter(({ Action }) =>
        [Action].flat().some((action) => action.startsWith('ec2:')),
      );
      const [denied] = ec2.filter(({ Effect }) => Effect === 'Deny');
      expect(JSON.stringify(denied?.Condition)).toContain(`:function:${name}"`);
      expect(denied?.Condition).toHaveProperty(['ArnEquals', 'lambda:SourceFunctionArn']);
      const allowed = ec2
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action }) => Action)
        .filter((action) => action.startsWith('ec2:'));
      expect(allowed).toHaveLength(6);
      expect(allowed.filter((action) => !denied?.Action.includes(action))).toEqual([]);
    }
    expect(JSON.stringify(rolesOf(template, 'tides'))).not.toContain('ec2:');
  });
});

it('passes the checks of AwsSolutions, with the statements that it gives to roles', () => {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = new Stack(app, 'Stack');
  const environment = usualEnvironments.prod;
  const network = new Network(stack, 'Network', {
    environment,
    settings: { cidr },
    lakeBucket: 'lake',
    ports: [80],
  });
  const statements = network.statementsOf('any');
  const role = new Role(stack, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { Scoped: new PolicyDocument({ statements }) },
  });
  expect(() => app.synth()).toThrow(/IAM5\[Resource::\*\]/);
  network.explainWildcards(role);
  expect(() => app.synth({ force: true })).not.toThrow();
});

it('is not made where the environment has none', () => {
  const template = Template.fromStack(
    new BaseloadStack(new App(), 'Stack', { environment: usualEnvironments.prod, sources: fixtureSources }),
  );
  template.resourceCountIs('AWS::EC2::VPC', 0);
  expect(template.findOutputs('EgressAddress')).toEqual({});
});

/** The statements of the roles of a source's functions. */
function rolesOf(template: Template, source: string) {
  type Statement = { Effect: string; Action: string | string[]; Condition?: object };
  return ['fan-out', 'worker'].map((kind) => {
    const id = `Source${source}${kind === 'worker' ? 'Worker' : 'FanOut'}Role`;
    const [role] = Object.entries(template.findResources('AWS::IAM::Role')).filter(([key]) =>
      key.startsWith(id),
    );
    const statements: Statement[] = role?.[1].Properties.Policies[0].PolicyDocument.Statement;
    return { name: `baseload-prod-${source}-${kind}`, Statement: statements };
  });
}
