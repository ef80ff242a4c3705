import { join } from 'node:path';
import { type Duration, RemovalPolicy, type Size } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  type LayerVersion,
  LoggingFormat,
  type RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { metricNamespace, variable } from '../../lambda/environment';
import type { Environment } from '../environments';
import { BundledCode } from './bundled-code';
import { projectRoot } from './project-root';

export interface ScopedFunctionProps {
  readonly environment: Environment;
  readonly functionName: string;
  readonly description: string;
  /** Which file of lambda/ handles the events. */
  readonly handler: 'fan-out' | 'worker' | 'reconcile';
  /** The file that the handler sees as 'baseload:source'. @default none */
  readonly sourceFile?: string;
  /** Names the function in logs and metrics. */
  readonly serviceName: string;
  readonly timeout: Duration;
  /** Megabytes; a full virtual CPU comes with 1,769 (AWS Lambda, "Configure function memory"). */
  readonly memorySize: number;
  /** Room for files. @default 512 MB */
  readonly ephemeralStorageSize?: Size;
  /** How often Lambda repeats a failed asynchronous invocation: 0 to 2. @default 2, as Lambda does by itself */
  readonly retryAttempts?: number;
  /** What Lambda does about a function that causes its own invocations. @default 'Terminate', as Lambda does by itself */
  readonly recursiveLoop?: RecursiveLoop;
  /** Environment variables besides those that every function has. */
  readonly variables: Readonly<Record<string, string>>;
  /** Everything the function may do, besides writing its own log. */
  readonly statements: readonly PolicyStatement[];
  /** @default none */
  readonly layers?: readonly LayerVersion[];
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
      inlinePolicies: { Scoped: new PolicyDocument({ statements: [logging, ...props.statements] }) },
    });
    this.function = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: new BundledCode({
        entry: join(projectRoot, 'lambda', `${props.handler}.ts`),
        ...(props.sourceFile === undefined ? {} : { sourceFile: props.sourceFile }),
      }),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      timeout: props.timeout,
      memorySize: props.memorySize,
      ...(props.ephemeralStorageSize ? { ephemeralStorageSize: props.ephemeralStorageSize } : {}),
      ...(props.retryAttempts === undefined ? {} : { retryAttempts: props.retryAttempts }),
      ...(props.recursiveLoop === undefined ? {} : { recursiveLoop: props.recursiveLoop }),
      layers: [...(props.layers ?? [])],
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
