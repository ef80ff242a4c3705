import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { secretOf } from '../core/source/secret-of';
import type { Source } from '../core/source/source';
import { secretName } from '../lambda/environment';
import type { Environment } from './environments';

/** Allows reading the secret that the source names, and no other; nothing to allow when it names none. */
export function secretAccess(scope: Construct, environment: Environment, source: Source): PolicyStatement[] {
  const name = secretOf(source.auth);
  if (name === undefined) return [];
  const secret = Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    // Secrets Manager ends every ARN in a dash and six characters of its own choice.
    resourceName: `${secretName(environment.name, name)}-??????`,
  });
  return [new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret] })];
}
