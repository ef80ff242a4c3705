import { Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Source } from '../../core/source/source';

/** Allows what a source that is signed for with the function's own role says that this role may ask of it; nothing for any other source. */
export function ownRoleAccess({ auth }: Pick<Source, 'auth'>): PolicyStatement[] {
  const allow = auth.type === 'aws-sigv4' ? (auth.allow ?? []) : [];
  return allow.map(
    ({ actions, resources }) => new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}

/** Says to who reviews the roles (and to cdk-nag) that a pattern among these resources is what the source file asks for. */
export function explainOwnRole(scope: Construct, source: Pick<Source, 'auth'>): void {
  const resources = ownRoleAccess(source).flatMap((statement) => statement.resources);
  const patterns = [...new Set(resources)].filter((resource) => resource.includes('*'));
  if (patterns.length === 0) return;
  Validations.of(scope).acknowledge(
    ...patterns.map((resource) => ({
      id: `AwsSolutions-IAM5[Resource::${resource}]`,
      reason: 'The source file names it in auth.allow: a pattern below one service, region and account.',
    })),
  );
}

/** A sentence for every source that signs with the function's own role and allows it nothing, so that every request would be answered 403. */
export function powerlessSources(sources: readonly Pick<Source, 'name' | 'auth'>[]): string[] {
  return sources
    .filter(
      ({ auth }) => auth.type === 'aws-sigv4' && auth.accessKeyId === undefined && auth.allow === undefined,
    )
    .map(
      ({ name }) =>
        `source '${name}' signs with the functions' own role and allows it nothing: say in auth.allow which actions it may use on which ARNs, or name accessKeyId and secretAccessKey`,
    );
}
