import { join } from 'node:path';
import { localRegion } from '../local-account';
import type { FunctionDefinition, FunctionSurroundings } from './function-definition';

/**
 * All environment variables of a function's process: the template's, those that Lambda sets
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime), and the
 * few that make a laptop look like Lambda. Nothing of the user's own environment but PATH.
 */
export function functionEnvironment(
  definition: FunctionDefinition,
  surroundings: FunctionSurroundings,
  temporaryDirectory: string,
): Record<string, string> {
  return {
    ...definition.variables,
    // What Lambda sets, and a template cannot override.
    _HANDLER: definition.handler,
    AWS_ACCESS_KEY_ID: definition.name,
    AWS_DEFAULT_REGION: localRegion,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    AWS_REGION: localRegion,
    AWS_SECRET_ACCESS_KEY: 'local',
    LAMBDA_TASK_ROOT: definition.codeDirectory,
    TZ: ':UTC',
    // What makes it local.
    AWS_ENDPOINT_URL: surroundings.endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    NODE_PATH: join(surroundings.projectRoot, 'node_modules'),
    PATH: process.env.PATH ?? '',
    TMPDIR: temporaryDirectory,
    // Without it the SDK looks the home directory up and reads the user's ~/.aws/config.
    HOME: temporaryDirectory,
  };
}
