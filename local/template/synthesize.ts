import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { ConfigurationError } from '../../core/errors';
import type { AssemblyStack } from './assembly';
import { pruneAssets, readAssembly } from './assembly';
import { projectContext } from './project-context';

/** What to synthesize, and where. */
export interface SynthesizeOptions {
  /** Folder with cdk.json and bin/app.ts. */
  readonly projectRoot: string;
  /** Folder for the cloud assembly; created where needed. */
  readonly outDirectory: string;
  /** Added to the context of cdk.json, as `cdk synth --context` does; undefined takes a key away. */
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * Runs the CDK app in a process of its own, without the CDK CLI, and reads the stacks it made. When the app fails,
 * rejects with a ConfigurationError that says what the app said.
 */
export async function synthesize(options: SynthesizeOptions): Promise<AssemblyStack[]> {
  const { projectRoot, outDirectory, context } = options;
  await mkdir(outDirectory, { recursive: true });
  await runApp(projectRoot, {
    ...process.env,
    CDK_OUTDIR: outDirectory,
    CDK_CONTEXT_JSON: JSON.stringify({ ...projectContext(projectRoot, context.sources), ...context }),
    // Validating the template takes seconds; `cdk synth` and the tests do it.
    CDK_VALIDATION: 'false',
  });
  const stacks = await readAssembly(outDirectory);
  await pruneAssets(outDirectory, stacks);
  return stacks;
}

function runApp(projectRoot: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const app = spawn(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
      cwd: projectRoot,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    app.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    app.on('error', reject);
    app.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new ConfigurationError(whatTheAppSaid(stderr) || `bin/app.ts ended with ${signal ?? code}`));
    });
  });
}

/**
 * What a failed app said on stderr: the message of the error it died of, or else the sentences it wrote.
 * Warnings of Node and of the CDK are left out.
 */
export function whatTheAppSaid(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/^(\(|\[warning)/i.test(line));
  const frame = lines.findIndex((line) => /^\s+at /.test(line));
  if (frame === -1) return lines.join('\n');
  const message = lines.slice(0, frame);
  const start = message.findLastIndex((line) => /^(\w+\.)*\w*(Error|Exception)\b.*?: /.test(line));
  return message
    .slice(Math.max(0, start))
    .join('\n')
    .replace(/^[\w.]+( \[\w+\])?: /, '');
}
