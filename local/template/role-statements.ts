import { z } from 'zod';
import { ConfigurationError } from '../../core/errors';
import type { PolicyStatement } from '../aws/authorize';
import { readProperties } from './read-properties';
import type { ResolvedResource } from './resolved-resource';

/** The local AWS reads what the statement says, and refuses what it cannot hold calls against. */
const statementSchema = z.custom<PolicyStatement>(
  (value) =>
    z.looseObject({ Effect: z.string(), Action: z.unknown(), Resource: z.unknown() }).safeParse(value)
      .success,
  'needs an Effect, an Action and a Resource (not NotAction or NotResource)',
);

const documentSchema = z.looseObject({ Statement: z.array(statementSchema) });

const roleSchema = z.strictObject({
  AssumeRolePolicyDocument: z.unknown(),
  /** Limits whoever deploys to an account; here there is nobody to keep from anything. */
  PermissionsBoundary: z.unknown().optional(),
  Description: z.string().optional(),
  RoleName: z.string().optional(),
  Tags: z.unknown().optional(),
  Policies: z.array(z.looseObject({ PolicyDocument: documentSchema })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
});

const policySchema = z.strictObject({
  PolicyName: z.string(),
  PolicyDocument: documentSchema,
  Roles: z.array(z.string()).default([]),
});

/** Writes a function's log, which local mode does itself. */
const logsOnly = 'policy/service-role/AWSLambdaBasicExecutionRole';

/**
 * The statements of every role of a template by the role's name: its inline policies and the policies attached to it.
 * A managed policy, whose statements are not in the template, is a ConfigurationError.
 */
export function roleStatements(
  roles: readonly ResolvedResource[],
  policies: readonly ResolvedResource[],
): Map<string, readonly PolicyStatement[]> {
  const statements = new Map<string, PolicyStatement[]>();
  for (const { logicalId, ref, properties } of roles) {
    const { Policies, ManagedPolicyArns } = readProperties(roleSchema, properties, logicalId);
    const managed = ManagedPolicyArns.find((arn) => !arn.endsWith(logsOnly));
    if (managed !== undefined) {
      throw new ConfigurationError(
        `${logicalId} uses the managed policy ${managed}, which local mode cannot check: write its statements into the role.`,
      );
    }
    statements.set(
      ref,
      Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    );
  }
  for (const { logicalId, properties } of policies) {
    const { Roles, PolicyDocument } = readProperties(policySchema, properties, logicalId);
    for (const role of Roles) statements.get(role)?.push(...PolicyDocument.Statement);
  }
  return statements;
}
