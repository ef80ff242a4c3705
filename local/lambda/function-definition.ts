import { localAccount, localRegion } from '../local-account';

/** A function as its template describes it. */
export interface FunctionDefinition {
  /** Physical name. */
  readonly name: string;
  /** Folder of the bundle; LAMBDA_TASK_ROOT. */
  readonly codeDirectory: string;
  /** '<module>.<export>', such as 'index.handler' for `handler` in index.mjs. */
  readonly handler: string;
  /** Such as 'nodejs24.x'. Only reported to the function: it runs on the Node that runs this process. */
  readonly runtime: string;
  /** MB; becomes V8's heap limit, since a process has no other that needs no privileges. */
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** 'Text' or 'JSON'. */
  readonly logFormat: string;
  /** The template's environment variables, and no others. */
  readonly variables: Readonly<Record<string, string>>;
}

/** ARN of a local function. */
export function functionArn(name: string): string {
  return `arn:aws:lambda:${localRegion}:${localAccount}:function:${name}`;
}

/** What a function's process gets from the machine rather than from the template. */
export interface FunctionSurroundings {
  /** URL of the local AWS. */
  readonly endpoint: string;
  /** Its node_modules stands in for the layer's /opt/nodejs/node_modules. */
  readonly projectRoot: string;
  /** Absolute; every process of a function gets a folder of its own in it. */
  readonly temporaryDirectory: string;
}
