import { once } from 'node:events';
import { createServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { PermanentError, TransientError } from '../../../core/errors';
import { type Client, createClient } from '../../../core/extract/client';
import { version } from '../../../package.json';
import { type Behaviour, type ScriptedApi, startScriptedApi } from '../../support/scripted-api';
import { plainRequest, rejection } from './fixtures';

const json = JSON.stringify({ data: ['Zürich', 'København'] });

let client: Client;
let api: ScriptedApi;

beforeEach(() => {
  client = createClient({ headersTimeout: 1, bodyTimeout: 1, maximumBodyBytes: 10_000 });
});

afterEach(async () => {
  await api?.close();
  await client.close();
});

async function get(...script: Behaviour[]) {
  api = await startScriptedApi(script);
  return client.get(plainRequest(`${api.baseUrl}/cities?page=1`));
}

describe('an answer', () => {
  it('comes with status, headers and body, whatever the status', async () => {
    const answer = await get({ status: 404, headers: { 'X-Total': '7' }, body: json });
    expect(answer).toMatchObject({ status: 404, headers: { 'x-total': '7' } });
    expect(answer.body.toString()).toBe(json);
  });

  it('is asked for by name and version, compressed', async () => {
    await get({ body: json });
    expect(api.requests[0]?.headers).toMatchObject({
      'user-agent': `Baseload/${version}`,
      'accept-encoding': 'gzip, deflate, br',
    });
  });

  it.each([
    ['gzip', gzipSync(json)],
    ['x-gzip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['Deflate', deflateRawSync(json)],
    ['br', brotliCompressSync(json)],
    ['deflate, gzip', gzipSync(deflateSync(json))],
    ['identity', Buffer.from(json)],
  ])('is decoded from %s', async (coding, body) => {
    const answer = await get({ headers: { 'content-encoding': coding }, body });
    expect(answer.body.toString()).toBe(json);
  });

  it('uses the connections of those before', async () => {
    api = await startScriptedApi([{ body: json }]);
    for (let n = 0; n < 20; n++) await client.get(plainRequest(api.baseUrl));
    // One that has just answered may not be free yet: then there is a second one.
    expect(new Set(api.requests.map(({ connection }) => connection)).size).toBeLessThanOrEqual(2);
  });

  it('keeps the status of a refusal whose body cannot be decoded', async () => {
    expect(await get({ status: 403, headers: { 'content-encoding': 'gzip' }, body: 'no' })).toMatchObject({
      status: 403,
    });
  });
});

describe('a failure below HTTP is transient, with its cause', () => {
  it.each<[string, Behaviour, string]>([
    ['a reset', { reset: true }, 'ECONNRESET|UND_ERR_SOCKET'],
    [
      'a body shorter than announced',
      { body: json, cutOffAfter: 10 },
      'UND_ERR_SOCKET|CONTENT_LENGTH_MISMATCH',
    ],
    [
      'a chunked body that ends early',
      { body: json, cutOffAfter: 10, headers: { 'transfer-encoding': 'chunked', 'content-length': '' } },
      '.',
    ],
    ['no answer', { silent: true }, 'UND_ERR_HEADERS_TIMEOUT'],
    [
      'a cut-off gzip body',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync(json).subarray(0, 20) },
      'Z_BUF_ERROR',
    ],
    ['a damaged gzip body', { headers: { 'content-encoding': 'gzip' }, body: json }, 'Z_DATA_ERROR'],
  ])('%s', async (_, behaviour, code) => {
    const error = await rejection(get(behaviour));
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({
      message: expect.stringMatching(new RegExp(code)),
      cause: expect.objectContaining({ message: expect.anything() }),
      evidence: { request: `GET ${api.baseUrl}/cities?page=1` },
    });
  });

  it('a body that stops coming', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data": ['));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const error = await rejection(client.get(plainRequest(`http://127.0.0.1:${port}/`)));
    server.close();
    expect(error).toBeInstanceOf(TransientError);
    expect(String(error)).toContain('UND_ERR_BODY_TIMEOUT');
  });

  it('a port where nobody listens', async () => {
    api = await startScriptedApi([]);
    await api.close();
    const error = await rejection(client.get(plainRequest(api.baseUrl)));
    expect(error).toBeInstanceOf(TransientError);
    expect(String(error)).toContain('the connection was refused (ECONNREFUSED)');
  });
});

describe('a permanent failure', () => {
  it.each([301, 302, 303, 307, 308])(
    'a redirect (%d), which is not followed but named, without its query',
    async (status) => {
      const error = await rejection(
        get({ status, headers: { location: 'https://other.example.com/login?token=abc' } }),
      );
      expect(error).toBeInstanceOf(PermanentError);
      expect(String(error)).toContain(`redirected (${status}) to https://other.example.com/login, which`);
      expect(String(error)).not.toContain('abc');
      expect(api.requests).toHaveLength(1);
    },
  );

  it('a redirect does not give away a credential that it echoes', async () => {
    api = await startScriptedApi([{ status: 302, headers: { location: '/login/s3cret' } }]);
    const error = await rejection(client.get({ ...plainRequest(api.baseUrl), credentials: ['s3cret'] }));
    expect(String(error)).toContain(`${api.baseUrl}/login/***`);
  });

  it.each<[string, Behaviour]>([
    ['as sent', { body: 'x'.repeat(10_001) }],
    ['once decoded', { body: gzipSync('x'.repeat(10_001)), headers: { 'content-encoding': 'gzip' } }],
  ])('a body that is too large %s', async (_, behaviour) => {
    const error = await rejection(get(behaviour));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain('larger than 9 KiB: ask for fewer records per page');
  });

  it('a coding that was not offered', async () => {
    const error = await rejection(get({ headers: { 'content-encoding': 'zstd' }, body: json }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain("encoded as 'zstd'");
  });
});

describe('aborting', () => {
  it.each<[string, Behaviour]>([
    ['before the headers', { silent: true }],
    ['in the body', { body: json, headers: { 'content-length': '1000' } }],
  ])('rejects with the reason of the signal %s', async (_, behaviour) => {
    const patient = createClient();
    api = await startScriptedApi([behaviour]);
    const controller = new AbortController();
    const answer = rejection(patient.get(plainRequest(api.baseUrl), controller.signal));
    while (api.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('no longer needed'));
    expect(await answer).toEqual(new Error('no longer needed'));
    await patient.close();
  });
});
