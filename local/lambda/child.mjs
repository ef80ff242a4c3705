// One execution environment of a function: loads the function's bundle once, then answers one invocation at a time.
// Forked by function-process.ts, which sets the environment variables; plain JavaScript, so that it starts without a loader.
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Nobody is left to answer to or to enforce the timeout. A signal, not process.exit: exit handlers of native code could linger.
const die = () => process.kill(process.pid, 'SIGKILL');
process.on('disconnect', die);
if (!process.connected) die();

const { env } = process;
const functionName = env.AWS_LAMBDA_FUNCTION_NAME;
// Taken before the bundle loads, which may replace process.stdout.write.
const writeOut = process.stdout.write.bind(process.stdout);

try {
  const handler = await loadHandler(env._HANDLER, env.LAMBDA_TASK_ROOT);
  process.on('message', (invocation) => answer(handler, invocation));
  process.send({ ready: true });
} catch (error) {
  process.send({ initError: describe(error) }, () => process.exit(1));
}

async function loadHandler(handler, taskRoot) {
  const name = extname(handler).slice(1);
  const path = join(taskRoot, dirname(handler), `${basename(handler, `.${name}`)}.mjs`);
  if (!existsSync(path)) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${path}'`);
  const exported = (await import(pathToFileURL(path).href))[name];
  if (typeof exported !== 'function') {
    throw named('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  return exported;
}

async function answer(handler, { id, event, deadline, functionArn }) {
  let reply;
  try {
    const result = await handler(JSON.parse(event), contextOf(id, deadline, functionArn));
    reply = { id, result: serialize(result) };
  } catch (error) {
    reply = { id, error: describe(error) };
  }
  // Tells the parent that every line of this invocation has been read; NUL cannot begin a line of text or JSON.
  writeOut(`\n\0end ${id}\n`);
  if (process.connected) process.send(reply);
}

function contextOf(id, deadline, functionArn) {
  return {
    awsRequestId: id,
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `${process.pid}`,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function serialize(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw named('Runtime.MarshalError', `The function's result cannot be written as JSON: ${error.message}`);
  }
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}
