import type { AssemblyStack } from './assembly';
import type { Scope } from './resolve';
import { resolve } from './resolve';
import { localTypes } from './resource-types';

/** A resource that local mode brings to life, with every intrinsic function of its properties resolved. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  /** What Ref gives: a name, or a queue's URL. */
  readonly ref: string;
  /** What Fn::GetAtt Arn gives, where there is one. */
  readonly arn: string | undefined;
  readonly properties: unknown;
}

/** Resolves the resources of a stack that local mode brings to life. */
export function resolveResources(stack: AssemblyStack, scope: Scope): ResolvedResource[] {
  return Object.entries(stack.template.Resources)
    .filter(([, { Type }]) => localTypes.has(Type))
    .map(([logicalId, { Type, Properties }]) => ({
      logicalId,
      type: Type,
      ref: scope.references.get(logicalId)?.ref ?? '',
      arn: scope.references.get(logicalId)?.attributes.Arn,
      properties: resolve(Properties, scope, logicalId),
    }));
}
