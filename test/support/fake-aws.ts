import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A stack as CloudFormation describes it. */
export interface FakeStack {
  /** @default 'UPDATE_COMPLETE' */
  readonly status?: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface FakeAwsOptions {
  /** By name. */
  readonly stacks?: Readonly<Record<string, FakeStack>>;
  /** By name; what one throws is a function error, as Lambda tells it. */
  readonly functions?: Readonly<Record<string, (event: unknown) => unknown>>;
  /** Answers every call by this, which no AWS would say; a number of milliseconds is that long a silence before it. */
  readonly junk?: { readonly status: number; readonly body: string; readonly after?: number };
  /** The answer to every call, instead. */
  readonly refusal?: { readonly status: number; readonly code: string; readonly message: string };
}

export interface FakeAws {
  readonly url: string;
  /** Environment variables by which the real SDK finds it, and nothing else. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** CloudFormation's DescribeStacks and Lambda's Invoke on 127.0.0.1, as their HTTP APIs answer. */
export async function startFakeAws(options: FakeAwsOptions): Promise<FakeAws> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (options.junk) {
      const { status, body: junk, after = 0 } = options.junk;
      setTimeout(() => response.writeHead(status).end(junk), after).unref();
      return;
    }
    if (request.url === '/') describeStacks(new URLSearchParams(body), options, response);
    else await invoke(decodeURIComponent(request.url?.split('/')[3] ?? ''), body, options, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    variables: {
      AWS_ENDPOINT_URL_CLOUDFORMATION: url,
      AWS_ENDPOINT_URL_LAMBDA: url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_MAX_ATTEMPTS: '1',
    },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

function describeStacks(
  query: URLSearchParams,
  { stacks = {}, refusal }: FakeAwsOptions,
  response: ServerResponse,
) {
  const name = query.get('StackName') ?? '';
  const stack = stacks[name];
  const missing = { status: 400, code: 'ValidationError', message: `Stack with id ${name} does not exist` };
  const fault = refusal ?? (stack ? undefined : missing);
  response.setHeader('content-type', 'text/xml');
  if (fault) {
    const { status, code, message } = fault;
    response.statusCode = status;
    response.end(
      `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
    );
    return;
  }
  const outputs = Object.entries(stack?.outputs ?? {}).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  response.end(
    `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><StackStatus>${stack?.status ?? 'UPDATE_COMPLETE'}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>${outputs.join('')}</Outputs></member></Stacks></DescribeStacksResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeStacksResponse>`,
  );
}

async function invoke(
  name: string,
  body: string,
  { functions = {}, refusal }: FakeAwsOptions,
  response: ServerResponse,
) {
  response.setHeader('content-type', 'application/json');
  const called = functions[name];
  const fault =
    refusal ??
    (called
      ? undefined
      : { status: 404, code: 'ResourceNotFoundException', message: `Function not found: ${name}` });
  if (fault || !called) {
    response.statusCode = fault?.status ?? 500;
    response.setHeader('x-amzn-errortype', fault?.code ?? 'ServiceException');
    response.end(JSON.stringify({ Message: fault?.message }));
    return;
  }
  try {
    response.end(JSON.stringify(await called(JSON.parse(body))));
  } catch (error) {
    response.setHeader('x-amz-function-error', 'Unhandled');
    const { name: errorType, message: errorMessage } = error as Error; // what the test's function threw
    response.end(JSON.stringify({ errorType, errorMessage, trace: [] }));
  }
}
