import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Auth, Source } from '../core/source/source';
import { secretName } from '../lambda/environment';
import type { Environment } from './environments';

/** Allows reading the secrets that the source names, and no other; nothing to allow when it names none. */
export function secretAccess(scope: Construct, environment: Environment, source: Source): PolicyStatement[] {
  const resources = secretsOf(source.auth).map((name) =>
    Stack.of(scope).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      // Secrets Manager ends every ARN in a dash and six characters of its own choice.
      resourceName: `${secretName(environment.name, name)}-??????`,
    }),
  );
  return resources.length === 0
    ? []
    : [new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources })];
}

function secretsOf(auth: Auth): string[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'bearer':
      return [auth.token.secret];
    case 'api-key':
      return [auth.key.secret];
  }
}
