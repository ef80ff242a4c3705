import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp, hostOf, isRunning, until } from './function-fixture';

afterEach(cleanUp);

describe('an invocation', () => {
  test('gets the event and a context like Lambda’s, and its result comes back', async () => {
    const { host } = hostOf(
      `export const handler = async (event, context) => ({ event, context, left: context.getRemainingTimeInMillis() });`,
      { timeoutSeconds: 7 },
    );
    await expect(host.invoke({ page: 3, text: 'ä\u2028\n' })).resolves.toEqual({
      event: { page: 3, text: 'ä\u2028\n' },
      context: expect.objectContaining({
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionName: 'orders-worker',
        functionVersion: '$LATEST',
        invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:orders-worker',
        memoryLimitInMB: '256',
      }),
      left: expect.any(Number),
    });
    const { left } = Object(await host.invoke({}));
    expect(left).toBeGreaterThan(6000);
    expect(left).toBeLessThanOrEqual(7000);
  });

  test('without a result gives null, as Lambda does', async () => {
    const { host } = hostOf(`export const handler = async () => {};`);
    await expect(host.invoke({})).resolves.toBeNull();
  });

  test('that throws rejects with the function’s own name and message, and its process stays warm', async () => {
    const { host, lines } = hostOf(`
      class PermanentError extends Error { name = 'PermanentError' }
      export const handler = async ({ fail }) => { if (fail) throw new PermanentError('no such page'); return process.pid; };
    `);
    const pid = await host.invoke({});
    await expect(host.invoke({ fail: true })).rejects.toMatchObject({
      name: 'PermanentError',
      message: 'no such page',
      trace: expect.arrayContaining([expect.stringContaining('index.mjs')]),
    });
    expect(lines).toContainEqual(expect.stringContaining('"errorMessage":"no such page"'));
    await expect(host.invoke({})).resolves.toBe(pid);
  });

  test('whose result is no JSON rejects', async () => {
    const { host } = hostOf(`export const handler = async () => ({ count: 1n });`);
    await expect(host.invoke({})).rejects.toMatchObject({ name: 'Runtime.MarshalError' });
  });

  test('that outlasts the timeout is killed, also in a busy loop', async () => {
    const { host } = hostOf(
      `export const handler = async ({ busy }) => { if (busy) for (;;); return process.pid; };`,
      { timeoutSeconds: 1 },
    );
    const pid = await host.invoke({});
    await expect(host.invoke({ busy: true })).rejects.toMatchObject({
      name: 'Sandbox.Timedout',
      message: expect.stringMatching(/Task timed out after 1\.00 seconds$/),
    });
    expect(isRunning(Number(pid))).toBe(false);
    await expect(host.invoke({})).resolves.not.toBe(pid);
  });

  test.each([
    ['process.exit(3)', 'exit status 3'],
    ["process.kill(process.pid, 'SIGKILL')", 'signal: SIGKILL'],
  ])('that ends its process (%s) rejects, and the next gets a new one', async (crash, how) => {
    const { host } = hostOf(
      `export const handler = async ({ fail }) => { if (fail) { ${crash}; await new Promise(() => {}); } return 'ok'; };`,
    );
    await expect(host.invoke({ fail: true })).rejects.toMatchObject({
      name: 'Runtime.ExitError',
      message: expect.stringMatching(new RegExp(`Runtime exited with error: ${how}$`)),
    });
    await expect(host.invoke({})).resolves.toBe('ok');
  });

  test('beyond the heap of the declared memory ends in an exit error, which is told', async () => {
    const { host } = hostOf(
      `export const handler = async () => { const all = []; for (;;) all.push(new Array(1000).fill(Math.random())); };`,
      { memoryMegabytes: 64 },
    );
    const endings: unknown[] = [];
    host.on('process-ended', (ended) => endings.push(ended));
    await expect(host.invoke({})).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    expect(endings).toEqual([
      { functionName: 'orders-worker', how: expect.stringMatching(/^(signal: SIG|exit status )\w+$/) },
    ]);
  });

  test('that is killed with its host has not ended by itself', async () => {
    const { host } = hostOf(
      `export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));`,
    );
    const endings: unknown[] = [];
    host.on('process-ended', (ended) => endings.push(ended));
    const failed = expect(host.invoke({})).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    await host.stop(100);
    await failed;
    expect(endings).toEqual([]);
  });
});

describe('a bundle', () => {
  test('that throws while loading gives its error', async () => {
    const { host } = hostOf(`throw new RangeError('no bucket');`);
    await expect(host.invoke({})).rejects.toMatchObject({ name: 'RangeError', message: 'no bucket' });
  });

  test.each([
    ['index.other', 'Runtime.HandlerNotFound'],
    ['other.handler', 'Runtime.ImportModuleError'],
  ])('without the handler %s is refused', async (handler, name) => {
    const { host } = hostOf('export const handler = () => 1;', { handler });
    await expect(host.invoke({})).rejects.toMatchObject({ name });
  });
});

describe('processes', () => {
  test('run one invocation at a time and are kept warm', async () => {
    const { host } = hostOf(`
      let running = 0;
      export const handler = async () => {
        if (++running > 1) throw new Error('overlap');
        await new Promise((resolve) => setTimeout(resolve, 200));
        running--;
        return process.pid;
      };
    `);
    const first = await Promise.all([host.invoke({}), host.invoke({}), host.invoke({})]);
    expect(new Set(first).size).toBe(3);
    const second = await Promise.all([host.invoke({}), host.invoke({}), host.invoke({})]);
    expect(new Set(second)).toEqual(new Set(first));
  });

  test('see the template’s variables and Lambda’s, and nothing of the user’s environment', async () => {
    process.env.BASELOAD_TEST_LEAK = 'leaked';
    process.env.AWS_PROFILE = 'private';
    const { host, temporaryDirectory } = hostOf(`export const handler = async () => process.env;`, {
      variables: { LAKE_BUCKET: 'lake', AWS_REGION: 'us-east-1' },
    });
    const seen = Object(await host.invoke({}));
    delete process.env.BASELOAD_TEST_LEAK;
    delete process.env.AWS_PROFILE;
    // Node's own, of the channel between the two processes.
    delete seen.NODE_CHANNEL_FD;
    delete seen.NODE_CHANNEL_SERIALIZATION_MODE;
    expect(Object.keys(seen).sort()).toEqual(
      [
        ...['AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL', 'AWS_EXECUTION_ENV'],
        ...['AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_VERSION'],
        ...['AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_FORMAT', 'AWS_REGION'],
        ...['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'AWS_SECRET_ACCESS_KEY', 'HOME'],
        ...['LAKE_BUCKET', 'LAMBDA_TASK_ROOT', 'NODE_PATH', 'PATH', 'TMPDIR', 'TZ', '_HANDLER'],
      ].sort(),
    );
    expect(seen).toMatchObject({
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'orders-worker',
      TZ: ':UTC',
    });
    expect(seen.TMPDIR.startsWith(temporaryDirectory)).toBe(true);
  });

  test('find the project’s packages by require, in place of a layer', async () => {
    const { host } = hostOf(`
      import { createRequire } from 'node:module';
      export const handler = async () => createRequire(import.meta.url).resolve('zod');
    `);
    await expect(host.invoke({})).resolves.toContain(join('node_modules', 'zod'));
  });

  test('have a temporary directory of their own, emptied when they end', async () => {
    const { host, temporaryDirectory } = hostOf(`
      import { writeFileSync, readdirSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      export const handler = async ({ fail }) => {
        writeFileSync(tmpdir() + '/left-' + Date.now(), 'x'.repeat(1000));
        if (fail) process.exit(1);
        return { directory: tmpdir(), files: readdirSync(tmpdir()).length };
      };
    `);
    const before = Object(await host.invoke({}));
    expect(before).toMatchObject({ directory: expect.stringContaining(temporaryDirectory), files: 1 });
    await expect(host.invoke({ fail: true })).rejects.toThrow('exit status 1');
    expect(Object(await host.invoke({}))).toMatchObject({ files: 1 });
    await host.stop(0);
    expect(readdirSync(join(temporaryDirectory, 'orders-worker'))).toEqual([]);
  });
});

describe('output', () => {
  test('is sorted into metrics and log lines, all of them before the invocation settles', async () => {
    const emf = {
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [
          {
            Namespace: 'Baseload',
            Dimensions: [['service', 'dataset']],
            Metrics: [{ Name: 'Requests' }, { Name: 'Retries' }],
          },
        ],
      },
      service: 'geonames',
      dataset: 'cities',
      Requests: 12,
      Retries: [1, 2],
    };
    const { host, lines, metrics, logText } = hostOf(`
      export const handler = async ({ lines }) => { for (const line of lines) console.log(line); process.stdout.write('no line feed'); };
    `);
    const noise = Array.from({ length: 2000 }, (_, i) => `line ${i} \u2028 ${'x'.repeat(50)}`);
    const ended: string[] = [];
    host.on('invocation-ended', ({ invocation }) => ended.push(invocation));
    await host.invoke({ lines: [...noise, JSON.stringify(emf), '{"CloudWatchMetrics": 1}'] });
    expect(lines).toEqual([...noise, '{"CloudWatchMetrics": 1}', 'no line feed']);
    expect(metrics).toEqual([
      {
        namespace: 'Baseload',
        invocation: expect.stringMatching(/^[0-9a-f-]{36}$/),
        dimensions: { service: 'geonames', dataset: 'cities' },
        values: { Requests: 12, Retries: 3 },
      },
    ]);
    await host.stop(0);
    expect(logText()).toBe(`${lines.join('\n')}\n`);
  });
});

describe('stop', () => {
  test('lets invocations in flight finish within the grace and refuses new ones', async () => {
    const { host } = hostOf(
      `export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 300)); return 'done'; };`,
    );
    const running = host.invoke({});
    const stopped = host.stop(20_000);
    await expect(host.invoke({})).rejects.toThrow('orders-worker is being stopped');
    await expect(running).resolves.toBe('done');
    await stopped;
  });

  test('kills what is left after the grace', async () => {
    const { host, lines } = hostOf(
      `export const handler = async () => { console.log(process.pid); for (;;); };`,
    );
    const running = host.invoke({});
    const failed = expect(running).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    await until(() => lines.length > 0, 10_000, 'the function runs');
    await host.stop(50);
    await failed;
    expect(isRunning(Number(lines[0]))).toBe(false);
  });
});
