import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { secretsOf, writtenSecretsOf } from '../../core/source/secrets-of';
import type { Source } from '../../core/source/source';
import { secretName } from '../../lambda/environment';
import type { Environment } from '../environments';

/**
 * Allows reading the secrets that are named, and no others, and writing those that the source replaces; nothing to allow
 * when there are none. Without `datasets` these are the credentials alone, without the salts of masked columns.
 */
export function secretAccess(
  scope: Construct,
  environment: Environment,
  source: Pick<Source, 'auth' | 'tls'> & Partial<Pick<Source, 'datasets'>>,
): PolicyStatement[] {
  const allow = (action: string, names: readonly string[]) =>
    names.length === 0
      ? []
      : [
          new PolicyStatement({
            actions: [action],
            resources: names.map((name) => secretArn(scope, environment, name)),
          }),
        ];
  return [
    ...allow('secretsmanager:GetSecretValue', secretsOf(source)),
    ...allow('secretsmanager:PutSecretValue', writtenSecretsOf(source)),
  ];
}

function secretArn(scope: Construct, environment: Environment, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    // Secrets Manager ends every ARN in a dash and six characters of its own choice.
    resourceName: `${secretName(environment.name, name)}-??????`,
  });
}
