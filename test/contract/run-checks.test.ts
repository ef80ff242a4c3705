import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allChecks } from './all-checks';
import type { Target } from './check';
import { runChecks } from './run-checks';
import { makeClients } from './targets/clients';

/** What would make a test of the suite itself pass for nothing: a service that takes every call, and does none. */
describe('against a service that says 200 to everything', () => {
  let server: Server;
  let clients: ReturnType<typeof makeClients>;
  const failures = new Map<string, string | undefined>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().once('end', () => {
        const isJson = String(request.headers['content-type']).startsWith('application/x-amz-json');
        response.writeHead(200).end(isJson ? '{}' : '');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    clients = makeClients({ endpoint, region: 'eu-central-1', credentials });
    const { destroy: _, ...rest } = clients;
    const target: Target = {
      ...rest,
      bucket: 'bucket',
      prefix: 'contract',
      patience: 300,
      createQueue: async (name) => ({ name, url: `${endpoint}/1/${name}`, arn: `arn:aws:sqs:::${name}` }),
      createSecret: async () => {},
      close: async () => {},
    };
    for await (const { check, failure } of runChecks(allChecks, target)) failures.set(check.id, failure);
  });
  afterAll(async () => {
    clients.destroy();
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
  });

  test.each(allChecks)('$id fails', ({ id }) => {
    expect(failures.get(id)).toEqual(expect.any(String));
  });
});
