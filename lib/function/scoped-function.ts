import { join } from 'node:path';
import { type Duration, RemovalPolicy, type Size, Validations } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  type LayerVersion,
  LoggingFormat,
  type RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { metricNamespace, variable } from '../../lambda/environment';
import type { Environment } from '../environments';
import type { Network } from '../network/network';
import { BundledCode } from './bundled-code';
import { explainPatterns } from './explain-patterns';
import { projectRoot } from './project-root';

export interface ScopedFunctionProps {
  readonly environment: Environment;
  readonly functionName: string;
  readonly description: string;
  /** Which file of lambda/ handles the events. */
  readonly handler: 'fan-out' | 'worker' | 'reconcile';
  /** The file that the handler sees as 'baseload:source'. @default none */
  readonly sourceFile?: string;
  /** Constants that the handler's bundle holds. @default none */
  readonly define?: Readonly<Record<string, unknown>>;
  /** Names the function in logs and metrics. */
  readonly serviceName: string;
  readonly timeout: Duration;
  /** Megabytes; a full virtual CPU comes with 1,769 (AWS Lambda, "Configure function memory"). */
  readonly memorySize: number;
  /** Room for files. @default 512 MB */
  readonly ephemeralStorageSize?: Size;
  /** How often Lambda repeats a failed asynchronous invocation: 0 to 2. @default 2, as Lambda does by itself */
  readonly retryAttempts?: number;
  /** How long an asynchronous invocation may wait for room and be repeated. @default 6 hours, as Lambda does by itself */
  readonly maxEventAge?: Duration;
  /** What Lambda does about a function that causes its own invocations. @default 'Terminate', as Lambda does by itself */
  readonly recursiveLoop?: RecursiveLoop;
  /** Environment variables besides those that every function has. */
  readonly variables: Readonly<Record<string, string>>;
  /** Everything the function may do, besides writing its own log. */
  readonly statements: readonly PolicyStatement[];
  /** Whether X-Ray samples invocations. @default false */
  readonly tracing?: boolean;
  /** @default none */
  readonly layers?: readonly LayerVersion[];
  /** The network that it reaches everything through. @default none, it reaches the internet directly */
  readonly network?: Network | undefined;
}

/** A function with a log group and a role of its own; the role allows what is listed and nothing else. */
export class ScopedFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: ScopedFunctionProps) {
    super(scope, id);
    // The group goes with the stack everywhere: its name is fixed, and one left behind would be in the way.
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${props.functionName}`,
      retention: props.environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const logging = new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Scoped: new PolicyDocument({
          statements: [
            logging,
            ...props.statements,
            ...(props.network?.statementsOf(props.functionName) ?? []),
            ...(props.tracing ? [sendTraces()] : []),
          ],
        }),
      },
    });
    explainPatterns(role, props.statements);
    props.network?.explainWildcards(role);
    if (props.tracing) Validations.of(role).acknowledge(tracesHaveNoResource);
    this.function = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: new BundledCode({
        entry: join(projectRoot, 'lambda', `${props.handler}.ts`),
        ...(props.sourceFile === undefined ? {} : { sourceFile: props.sourceFile }),
        ...(props.define === undefined ? {} : { define: props.define }),
      }),
      // Cannot be added to: the CDK would write its own statement for tracing beside ours.
      role: role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      timeout: props.timeout,
      memorySize: props.memorySize,
      ...(props.ephemeralStorageSize ? { ephemeralStorageSize: props.ephemeralStorageSize } : {}),
      ...(props.retryAttempts === undefined ? {} : { retryAttempts: props.retryAttempts }),
      ...(props.maxEventAge ? { maxEventAge: props.maxEventAge } : {}),
      ...(props.recursiveLoop === undefined ? {} : { recursiveLoop: props.recursiveLoop }),
      layers: [...(props.layers ?? [])],
      ...(props.tracing ? { tracing: Tracing.ACTIVE } : {}),
      ...props.network?.placement,
      environment: {
        [variable.environment]: props.environment.name,
        ...props.variables,
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: props.serviceName,
        POWERTOOLS_METRICS_NAMESPACE: metricNamespace(props.environment.name),
      },
    });
  }
}

const tracesHaveNoResource = {
  id: 'AwsSolutions-IAM5[Resource::*]',
  reason: 'Sending traces to X-Ray cannot be limited to a resource, and reads nothing.',
};

/** X-Ray knows no resources that a trace could be limited to (Service Authorization Reference, "AWS X-Ray": both actions have no resource types). */
function sendTraces(): PolicyStatement {
  return new PolicyStatement({
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    resources: ['*'],
  });
}
