import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EmbeddedMetrics } from '../../../local/lambda/embedded-metrics';
import type { FunctionDefinition } from '../../../local/lambda/function-definition';
import { FunctionHost } from '../../../local/lambda/function-host';

/** The project, whose node_modules the functions see. */
export const projectRoot = resolve(__dirname, '../../..');

/** A folder of the test's own, gone after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baseload-test-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
const hosts: FunctionHost[] = [];

/** Ends the processes and removes the folders of a test; for afterEach. */
export async function cleanUp(): Promise<void> {
  await Promise.all(hosts.splice(0).map((host) => host.stop(0)));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A function made of the text of its bundle. */
export function functionOf(bundle: string, overrides: Partial<FunctionDefinition> = {}): FunctionDefinition {
  const codeDirectory = temporaryFolder();
  writeFileSync(join(codeDirectory, 'index.mjs'), bundle);
  return {
    name: 'orders-worker',
    codeDirectory,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    memoryMegabytes: 256,
    timeoutSeconds: 20,
    logFormat: 'JSON',
    variables: {},
    ...overrides,
  };
}

/** A host and what it emitted so far. */
export interface HostInTest {
  readonly host: FunctionHost;
  readonly lines: string[];
  readonly metrics: EmbeddedMetrics[];
  readonly temporaryDirectory: string;
  readonly logText: () => string;
}

/** Runs a bundle's text in a real host. */
export function hostOf(
  bundle: string,
  overrides: Partial<FunctionDefinition> = {},
  endpoint = 'http://127.0.0.1:9',
): HostInTest {
  const data = temporaryFolder();
  const temporaryDirectory = join(data, 'tmp');
  mkdirSync(temporaryDirectory);
  const logFile = join(data, 'logs', 'function.log');
  const surroundings = { endpoint, projectRoot, temporaryDirectory };
  const host = new FunctionHost(functionOf(bundle, overrides), surroundings, logFile);
  hosts.push(host);
  const lines: string[] = [];
  const metrics: EmbeddedMetrics[] = [];
  host.on('log', ({ line }) => lines.push(line));
  host.on('metrics', (one) => metrics.push(one));
  return { host, lines, metrics, temporaryDirectory, logText: () => readFileSync(logFile, 'utf8') };
}

/** Whether a process still runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has reaped counts as gone.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Looks every few milliseconds until the condition holds; rejects after `milliseconds`. */
export async function until(condition: () => boolean, milliseconds: number, what: string): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not within ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
