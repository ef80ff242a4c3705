import { createHash } from 'node:crypto';
import { z } from 'zod';
import { localAccount } from '../local-account';
import type { AwsCall } from './aws-call';
import { type Answer, AwsError, notImplemented, readText } from './http-answer';
import { jsonAnswer } from './json-answer';
import { parseJson } from './sqs-requests';

const maxRequestBytes = 64 * 1024;
const parameters = z.looseObject({ SecretId: z.string().min(1) });

/** Answers GetSecretValue (AWS JSON 1.1), the one Secrets Manager call that Baseload makes, by name. Throws AwsErrors. */
export async function handleSecrets(
  call: AwsCall,
  operation: string,
  secret: (name: string) => string | undefined,
): Promise<Answer> {
  if (operation !== 'GetSecretValue') throw notImplemented(`Secrets Manager ${operation}`);
  const input = parameters.safeParse(parseJson(await readText(call.request, maxRequestBytes)));
  if (!input.success)
    throw new AwsError('ValidationException', 400, 'SecretId must be the name of a secret.');
  const { SecretId: name, ...others } = input.data;
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw notImplemented(`Secrets Manager GetSecretValue with ${unknown.join(', ')}`);
  if (name.startsWith('arn:')) throw notImplemented('Secrets Manager GetSecretValue by ARN');
  const arn = secretArn(call.region, name);
  authorize(call, arn);
  const value = secret(name);
  if (value === undefined) {
    throw new AwsError(
      'ResourceNotFoundException',
      400,
      `Secrets Manager can't find the specified secret: ${name}`,
    );
  }
  return jsonAnswer('1.1', {
    ARN: arn,
    Name: name,
    SecretString: value,
    VersionStages: ['AWSCURRENT'],
  });
}

/** Secrets Manager words a refusal as an exception with status 400, unlike S3 and SQS. */
function authorize({ principal }: AwsCall, arn: string): void {
  try {
    principal.require('secretsmanager:GetSecretValue', arn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('AccessDeniedException', 400, error.message);
  }
}

/** Secrets Manager ends an ARN with six characters of its own; policies by name match them with '-??????'. */
function secretArn(region: string, name: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${localAccount}:secret:${name}-${suffix}`;
}
