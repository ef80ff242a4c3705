import { basename } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import type { PolicyStatement } from '../aws/authorize';
import type { LocalAws } from '../aws/local-aws';
import type { EventSourceDefinition } from '../lambda/event-source-definition';
import type { FunctionDefinition } from '../lambda/function-definition';
import type { ScheduleDefinition } from '../lambda/schedule';
import type { AssemblyStack } from './assembly';
import { createEventBuses } from './create-event-buses';
import { createBuckets, createDatabases, createQueues } from './create-storage';
import { readEventSource, readFunction, readSchedule } from './read-resources';
import { scopeOf } from './references';
import { resolve } from './resolve';
import { resolveResources } from './resolved-resource';
import { roleStatements } from './role-statements';

/** What a stack holds once its buckets, queues, databases, event buses and principals exist: everything that is still to be run. */
export interface LocalStack {
  readonly functions: readonly FunctionDefinition[];
  readonly eventSources: readonly EventSourceDefinition[];
  /** Enabled and disabled ones; the disabled have no interval. */
  readonly schedules: readonly ScheduleDefinition[];
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Creates a stack's buckets, queues, databases, event buses and principals in a local AWS and reads what is to run there. A function's
 * access key id is its name, that of a schedule the name of its role. Whatever cannot be honoured is a ConfigurationError that names the resource.
 */
export async function deployLocally(stack: AssemblyStack, aws: LocalAws): Promise<LocalStack> {
  const scope = scopeOf(stack, aws.url);
  const resources = resolveResources(stack, scope);
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  await createBuckets(of('AWS::S3::Bucket'), aws);
  createQueues(of('AWS::SQS::Queue'), aws);
  createDatabases(of('AWS::Glue::Database'), aws);
  createEventBuses(of('AWS::Events::EventBus'), aws);
  const statements = roleStatements(of('AWS::IAM::Role'), of('AWS::IAM::Policy'));
  const addPrincipal = (name: string, role: string) =>
    aws.addPrincipal(name, { name, statements: statementsOf(role, statements, name) });
  const functions = of('AWS::Lambda::Function').map((resource) => {
    const { definition, role } = readFunction(resource, stack.assets);
    addPrincipal(definition.name, role);
    return definition;
  });
  const schedules = of('AWS::Scheduler::Schedule').map((resource) => readSchedule(resource, functions));
  for (const { roleName } of schedules) addPrincipal(roleName, roleName);
  return {
    functions,
    eventSources: of('AWS::Lambda::EventSourceMapping').flatMap((resource) =>
      readEventSource(resource, functions, of('AWS::SQS::Queue')),
    ),
    schedules,
    outputs: Object.fromEntries(
      Object.entries(stack.template.Outputs).map(([name, { Value }]) => [
        name,
        String(resolve(Value, scope, `Outputs.${name}`)),
      ]),
    ),
  };
}

function statementsOf(
  role: string,
  statements: ReadonlyMap<string, readonly PolicyStatement[]>,
  name: string,
): readonly PolicyStatement[] {
  const found = statements.get(basename(role));
  if (found) return found;
  throw new ConfigurationError(
    `${name} has the role ${role}, which is not in the template: local mode needs its statements.`,
  );
}
