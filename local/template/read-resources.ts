import { basename } from 'node:path';
import { ConfigurationError } from '../../core/errors';
import type { EventSourceDefinition } from '../lambda/event-source-definition';
import type { FunctionDefinition } from '../lambda/function-definition';
import { functionArn } from '../lambda/function-definition';
import type { ScheduleDefinition } from '../lambda/schedule';
import { rateMilliseconds } from '../lambda/schedule';
import type { AssemblyStack } from './assembly';
import { readProperties } from './read-properties';
import type { ResolvedResource } from './resolved-resource';
import { eventSourceSchema, functionSchema, scheduleSchema } from './template-schemas';

/** Reads a function and the ARN of its role; its bundle must be a folder of the assembly. */
export function readFunction(
  { logicalId, ref, properties }: ResolvedResource,
  assets: AssemblyStack['assets'],
): { definition: FunctionDefinition; role: string } {
  const read = readProperties(functionSchema, properties, logicalId);
  const codeDirectory = assets.get(read.Code.S3Key);
  if (codeDirectory === undefined) {
    throw new ConfigurationError(
      `${logicalId} has the code ${read.Code.S3Key}, which is no folder of the cloud assembly: local mode runs bundles that are made at synthesis.`,
    );
  }
  const definition = {
    name: ref,
    codeDirectory,
    handler: read.Handler,
    runtime: read.Runtime,
    memoryMegabytes: read.MemorySize,
    timeoutSeconds: read.Timeout,
    logFormat: read.LoggingConfig?.LogFormat ?? 'Text',
    variables: read.Environment?.Variables ?? {},
  };
  return { definition, role: read.Role };
}

/** Reads an event source mapping; none when it is disabled. */
export function readEventSource(
  { logicalId, properties }: ResolvedResource,
  functions: readonly FunctionDefinition[],
  queues: readonly ResolvedResource[],
): EventSourceDefinition[] {
  const read = readProperties(eventSourceSchema, properties, logicalId);
  if (!read.Enabled) return [];
  const target = findFunction(read.FunctionName, functions, logicalId);
  const queue = queues.find(({ arn }) => arn === read.EventSourceArn);
  if (queue === undefined) {
    throw new ConfigurationError(
      `${logicalId} reads ${read.EventSourceArn}, which is no queue of the stack.`,
    );
  }
  return [
    {
      queueUrl: queue.ref,
      queueArn: read.EventSourceArn,
      functionName: target.name,
      timeoutSeconds: target.timeoutSeconds,
      batchSize: read.BatchSize,
      maximumConcurrency: read.ScalingConfig.MaximumConcurrency,
      reportBatchItemFailures: read.FunctionResponseTypes.length > 0,
    },
  ];
}

/** Reads a schedule; a disabled one has no interval. `RoleArn` names the role that it invokes with. */
export function readSchedule(
  { logicalId, ref, properties }: ResolvedResource,
  functions: readonly FunctionDefinition[],
): ScheduleDefinition {
  const { GroupName, ScheduleExpression, State, Target } = readProperties(
    scheduleSchema,
    properties,
    logicalId,
  );
  return {
    name: ref,
    group: GroupName,
    expression: ScheduleExpression,
    functionName: findFunction(Target.Arn, functions, logicalId).name,
    roleName: basename(Target.RoleArn),
    ...(Target.Input === undefined ? {} : { input: Target.Input }),
    everyMilliseconds: State === 'ENABLED' ? rateMilliseconds(ScheduleExpression) : undefined,
  };
}

function findFunction(
  nameOrArn: string,
  functions: readonly FunctionDefinition[],
  logicalId: string,
): FunctionDefinition {
  const found = functions.find(({ name }) => name === nameOrArn || functionArn(name) === nameOrArn);
  if (found) return found;
  throw new ConfigurationError(`${logicalId} invokes ${nameOrArn}, which is no function of the stack.`);
}
