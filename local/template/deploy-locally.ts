import { basename } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import type { LocalAws } from '../aws/local-aws';
import type { EventSourceDefinition } from '../lambda/event-source-definition';
import type { FunctionDefinition } from '../lambda/function-definition';
import type { ScheduleDefinition } from '../lambda/schedule';
import type { AssemblyStack } from './assembly';
import { createBuckets, createQueues } from './create-storage';
import { readEventSource, readFunction, readSchedule } from './read-resources';
import { scopeOf } from './references';
import { resolve } from './resolve';
import { resolveResources } from './resolved-resource';
import { roleStatements } from './role-statements';

/** What a stack holds once its buckets, queues and principals exist: everything that is still to be run. */
export interface LocalStack {
  readonly functions: readonly FunctionDefinition[];
  readonly eventSources: readonly EventSourceDefinition[];
  /** Enabled and disabled ones; the disabled have no interval. */
  readonly schedules: readonly ScheduleDefinition[];
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Creates a stack's buckets, queues and principals in a local AWS and reads what is to run there. A function's access
 * key id is its name. Whatever cannot be honoured is a ConfigurationError that names the resource.
 */
export async function deployLocally(stack: AssemblyStack, aws: LocalAws): Promise<LocalStack> {
  const scope = scopeOf(stack, aws.url);
  const resources = resolveResources(stack, scope);
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  await createBuckets(of('AWS::S3::Bucket'), aws);
  createQueues(of('AWS::SQS::Queue'), aws);
  const statements = roleStatements(of('AWS::IAM::Role'), of('AWS::IAM::Policy'));
  const functions = of('AWS::Lambda::Function').map((resource) => {
    const { definition, role } = readFunction(resource, stack.assets);
    const own = statements.get(basename(role));
    if (own === undefined) {
      throw new ConfigurationError(
        `${definition.name} has the role ${role}, which is not in the template: local mode needs its statements.`,
      );
    }
    aws.addPrincipal(definition.name, { name: definition.name, statements: own });
    return definition;
  });
  return {
    functions,
    eventSources: of('AWS::Lambda::EventSourceMapping').flatMap((resource) =>
      readEventSource(resource, functions, of('AWS::SQS::Queue')),
    ),
    schedules: of('AWS::Scheduler::Schedule').map((resource) => readSchedule(resource, functions)),
    outputs: Object.fromEntries(
      Object.entries(stack.template.Outputs).map(([name, { Value }]) => [
        name,
        String(resolve(Value, scope, `Outputs.${name}`)),
      ]),
    ),
  };
}
