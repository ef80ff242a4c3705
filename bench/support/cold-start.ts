import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { FunctionDefinition, FunctionSurroundings } from '../../local/lambda/function-definition';
import { FunctionHost } from '../../local/lambda/function-host';

const markSchema = z.object({
  name: z.string(),
  milliseconds: z.number(),
  began: z.number(),
  maxRss: z.number().optional(),
  cpu: z.object({ user: z.number(), system: z.number() }).optional(),
});

/** Where the time of one cold start went, milliseconds; what did not happen is absent. */
export interface ColdStart {
  /** From the call to the answer, as its caller sees it. */
  readonly total: number;
  /** From the process's beginning until Node runs the first line. */
  readonly begins: number;
  /** Loading and evaluating index.mjs, DuckDB's binding where it is loaded with it. */
  readonly evaluate: number;
  /** Of that, or of the first use: loading DuckDB's native binding. */
  readonly duckdb?: number | undefined;
  /** From the event's arrival until the SDK has begun its first request, which is when its client has found everything it needs. */
  readonly toSdk?: number | undefined;
  /** Of that first request. */
  readonly sdk?: number | undefined;
  /** From the event's arrival to the answer. */
  readonly handler: number;
  /** A second call of the same process, as its caller sees it. */
  readonly warm?: number | undefined;
  /** Megabytes, at the answer. */
  readonly rss: number;
  /** CPU milliseconds of the whole process, up to the answer. */
  readonly cpu: number;
}

/** Starts a function in a new process of the local host, as Lambda would, calls it once and tells where the time went. */
export async function coldStart(
  definition: FunctionDefinition,
  surroundings: FunctionSurroundings,
  event: unknown,
  { sourceMaps = true, warm = false }: { readonly sourceMaps?: boolean; readonly warm?: boolean } = {},
): Promise<ColdStart> {
  const marks = join(surroundings.temporaryDirectory, 'marks.jsonl');
  rmSync(marks, { force: true });
  const options = [
    `--import=${join(__dirname, 'cold-start-marks.mjs')}`,
    ...(sourceMaps ? ['--enable-source-maps'] : []),
  ];
  const host = new FunctionHost(
    {
      ...definition,
      variables: { ...definition.variables, NODE_OPTIONS: options.join(' '), COLD_START_MARKS: marks },
    },
    surroundings,
    join(surroundings.temporaryDirectory, 'log'),
  );
  const call = async () => {
    const began = performance.now();
    await host.invoke(event);
    return performance.now() - began;
  };
  try {
    const total = await call();
    return { ...read(marks, total), warm: warm ? await call() : undefined };
  } finally {
    await host.stop(0);
  }
}

function read(file: string, total: number): Omit<ColdStart, 'warm'> {
  if (!existsSync(file)) throw new Error('the function said nothing of its start');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const marks = new Map(
    lines.map((line) => markSchema.parse(JSON.parse(line))).map((one) => [one.name, one]),
  );
  const at = (name: string) => marks.get(name)?.milliseconds;
  const between = (from: string, to: string) => {
    const [a, b] = [at(from), at(to)];
    return a === undefined || b === undefined ? undefined : b - a;
  };
  const must = (value: number | undefined) => value ?? Number.NaN;
  const answered = marks.get('answered');
  return {
    total,
    begins: must(at('node')),
    evaluate: must(between('node', 'loaded')),
    duckdb: between('duckdb-begins', 'duckdb-loaded'),
    toSdk: between('invoked', 'sdk-begins'),
    sdk: between('sdk-begins', 'sdk-answered'),
    handler: must(between('invoked', 'answered')),
    rss: must(answered?.maxRss),
    cpu: must(answered?.cpu && (answered.cpu.user + answered.cpu.system) / 1000),
  };
}
