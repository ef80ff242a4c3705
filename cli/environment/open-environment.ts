import { Option } from 'commander';
import type { SourceQueues } from '../../aws/dead-letters';
import type { Catalog, Lake } from '../../core/run/ports';
import { type EnvironmentName, environmentNames } from '../../lambda/environment';
import { openDeployed } from './open-deployed';
import { openLocal } from './open-local';

/** An environment as a command sees it: its lake, its queues, its functions. */
export interface OpenEnvironment {
  readonly name: EnvironmentName;
  readonly lake: Lake;
  /** The tables that SQL engines see. */
  readonly catalog: Catalog;
  /** A source's page queue and DLQ; a ConfigurationError where the environment has no such source. */
  queues(source: string): Promise<SourceQueues>;
  /** Calls a function by its physical name and waits for its answer; rejects with an error that has the function's own name and message. */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  /** Lets go of everything; a second call does nothing. */
  close(): Promise<void>;
}

/** Whether a command only looks, or changes something: what changes the local lake holds its data directory meanwhile. */
export type Access = 'read' | 'write';

/** The `--env` of every command that looks at an environment. */
export function environmentOption(): Option {
  return new Option('--env <name>', 'the environment to work on: this machine, or a deployed one')
    .choices([...environmentNames])
    .default('local');
}

/**
 * Opens an environment: the local lake as it lies on disk, whether or not a process is loading into it, or the stack that is deployed under
 * that name in the account and region that the SDK finds. A ConfigurationError says what is missing and what to do.
 */
export function openEnvironment(name: EnvironmentName, access: Access): Promise<OpenEnvironment> {
  return name === 'local' ? openLocal(access) : openDeployed(name);
}

/** Opens an environment for as long as `work` takes, and closes it whatever comes of it. */
export async function inEnvironment<T>(
  name: EnvironmentName,
  access: Access,
  work: (environment: OpenEnvironment) => Promise<T>,
): Promise<T> {
  const environment = await openEnvironment(name, access);
  try {
    return await work(environment);
  } finally {
    await environment.close();
  }
}
