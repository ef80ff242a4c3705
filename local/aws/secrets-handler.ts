import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { localAccount } from '../local-account';
import type { AwsCall } from './aws-call';
import { type Answer, AwsError, notImplemented, readText } from './http-answer';
import { jsonAnswer } from './json-answer';
import { requireOrException } from './require-or-exception';
import type { SecretStore } from './secret-store';
import { parseJson } from './sqs-requests';

/** A secret holds up to 65,536 bytes (Secrets Manager quotas), and is written as JSON. */
const maxSecretBytes = 65_536;
const maxRequestBytes = 8 * maxSecretBytes;

const secretId = z.string().min(1);
const getParameters = z.looseObject({ SecretId: secretId });
const putParameters = z.looseObject({
  SecretId: secretId,
  SecretString: z.string().min(1),
  // The SDK sends one by itself, so that a call that it repeats makes one version.
  ClientRequestToken: z.string().min(32).max(64).optional(),
});

/**
 * Answers GetSecretValue and PutSecretValue (AWS JSON 1.1), the Secrets Manager calls that Baseload makes, by name. Throws
 * AwsErrors.
 */
export async function handleSecrets(call: AwsCall, operation: string, secrets: SecretStore): Promise<Answer> {
  const read = async () => parseJson(await readText(call.request, maxRequestBytes));
  switch (operation) {
    case 'GetSecretValue':
      return getSecretValue(call, await read(), secrets);
    case 'PutSecretValue':
      return putSecretValue(call, await read(), secrets);
    default:
      throw notImplemented(`Secrets Manager ${operation}`);
  }
}

function getSecretValue(call: AwsCall, body: unknown, secrets: SecretStore): Answer {
  const input = getParameters.safeParse(body);
  if (!input.success) {
    throw new AwsError('ValidationException', 400, 'SecretId must be the name of a secret.');
  }
  const { SecretId: name, ...others } = input.data;
  const { arn, value } = find(call, 'GetSecretValue', name, others, secrets);
  return jsonAnswer('1.1', { ARN: arn, Name: name, SecretString: value, VersionStages: ['AWSCURRENT'] });
}

function putSecretValue(call: AwsCall, body: unknown, secrets: SecretStore): Answer {
  const input = putParameters.safeParse(body);
  if (!input.success || Buffer.byteLength(input.data.SecretString) > maxSecretBytes) {
    throw new AwsError(
      'ValidationException',
      400,
      `SecretId must be the name of a secret, and SecretString a text of at most ${maxSecretBytes} bytes.`,
    );
  }
  const { SecretId: name, SecretString: value, ClientRequestToken: version, ...others } = input.data;
  const { arn } = find(call, 'PutSecretValue', name, others, secrets);
  secrets.put(name, value);
  return jsonAnswer('1.1', {
    ARN: arn,
    Name: name,
    VersionId: version ?? randomUUID(),
    VersionStages: ['AWSCURRENT'],
  });
}

/** The secret that a call names, if it may and if there is one. */
function find(
  call: AwsCall,
  operation: 'GetSecretValue' | 'PutSecretValue',
  name: string,
  others: object,
  secrets: SecretStore,
): { arn: string; value: string } {
  const unknown = Object.keys(others);
  if (unknown.length > 0) {
    throw notImplemented(`Secrets Manager ${operation} with ${unknown.join(', ')}`);
  }
  if (name.startsWith('arn:')) throw notImplemented(`Secrets Manager ${operation} by ARN`);
  const arn = secretArn(call.region, name);
  requireOrException(call.principal, `secretsmanager:${operation}`, arn);
  const value = secrets.get(name);
  if (value !== undefined) return { arn, value };
  throw new AwsError(
    'ResourceNotFoundException',
    400,
    `Secrets Manager can't find the specified secret: ${name}`,
  );
}

/** Secrets Manager ends an ARN with six characters of its own; policies by name match them with '-??????'. */
function secretArn(region: string, name: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${localAccount}:secret:${name}-${suffix}`;
}
