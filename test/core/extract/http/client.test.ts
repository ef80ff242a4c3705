import { once } from 'node:events';
import { createServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { PermanentError, TransientError } from '../../../../core/errors';
import { ForeignLinkError } from '../../../../core/extract/guard-errors';
import { type Client, createClient } from '../../../../core/extract/http/client';
import { version } from '../../../../package.json';
import { zstdFrame } from '../../../support/misbehaving-api/zstd-frame';
import { type Behaviour, type ScriptedApi, startScriptedApi } from '../../../support/scripted-api';
import { plainRequest, rejection } from '../fixtures';

const json = JSON.stringify({ data: ['Zürich', 'København'] });

let client: Client;
let api: ScriptedApi;

beforeEach(() => {
  client = createClient({ headersSeconds: 1, bodySeconds: 1, maximumMegabytes: 10_000 / 1024 / 1024 });
});

afterEach(async () => {
  await api?.close();
  await client.close();
});

async function get(...script: Behaviour[]) {
  api = await startScriptedApi(script);
  return client.send(plainRequest(`${api.baseUrl}/cities?page=1`));
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
      'accept-encoding': 'gzip, deflate, br, zstd',
    });
  });

  it.each([
    ['gzip', gzipSync(json)],
    ['x-gzip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['Deflate', deflateRawSync(json)],
    ['br', brotliCompressSync(json)],
    ['deflate, gzip', gzipSync(deflateSync(json))],
    ['zstd', zstdFrame(Buffer.from(json))],
    ['gzip, zstd', zstdFrame(gzipSync(json))],
    ['identity', Buffer.from(json)],
  ])('is decoded from %s', async (coding, body) => {
    const answer = await get({ headers: { 'content-encoding': coding }, body });
    expect(answer.body.toString()).toBe(json);
  });

  it('uses the connections of those before', async () => {
    api = await startScriptedApi([{ body: json }]);
    for (let n = 0; n < 20; n++) await client.send(plainRequest(api.baseUrl));
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
    [
      'a cut-off zstd body',
      { headers: { 'content-encoding': 'zstd' }, body: zstdFrame(Buffer.from(json)).subarray(0, 20) },
      'Z_BUF_ERROR',
    ],
    ['a damaged zstd body', { headers: { 'content-encoding': 'zstd' }, body: json }, 'Z_DATA_ERROR'],
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
    const error = await rejection(client.send(plainRequest(`http://127.0.0.1:${port}/`)));
    server.close();
    expect(error).toBeInstanceOf(TransientError);
    expect(String(error)).toContain('UND_ERR_BODY_TIMEOUT');
  });

  it('a port where nobody listens', async () => {
    api = await startScriptedApi([]);
    await api.close();
    const error = await rejection(client.send(plainRequest(api.baseUrl)));
    expect(error).toBeInstanceOf(TransientError);
    expect(String(error)).toContain('the connection was refused (ECONNREFUSED)');
  });
});

describe('a permanent failure', () => {
  it.each([301, 302, 303, 307, 308])(
    'a redirect (%d) to another origin, which is named without its query',
    async (status) => {
      const error = await rejection(
        get({ status, headers: { location: 'https://other.example.com/login?token=abc' } }),
      );
      expect(error).toBeInstanceOf(ForeignLinkError);
      expect(String(error)).toContain(`redirected (${status}) to https://other.example.com/login, which`);
      expect(String(error)).toContain(`credentials for ${api.baseUrl} go nowhere else`);
      expect(String(error)).not.toContain('abc');
      expect(api.requests).toHaveLength(1);
    },
  );

  it('a redirect does not give away a credential that it echoes', async () => {
    api = await startScriptedApi([{ status: 302, headers: { location: 'http://127.0.0.1:9/login/s3cret' } }]);
    const error = await rejection(client.send({ ...plainRequest(api.baseUrl), credentials: ['s3cret'] }));
    expect(String(error)).toContain('http://127.0.0.1:9/login/***');
  });

  it('redirects in a circle, after five of them', async () => {
    const error = await rejection(get({ status: 302, headers: { location: '/cities?page=1' } }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain('after 5 others');
    expect(api.requests).toHaveLength(6);
  });

  it('a redirect that names no place', async () => {
    const error = await rejection(get({ status: 302 }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain('to a place it does not name');
  });

  it.each([301, 302, 303])('a redirect (%d) of a POST, whose body would be lost', async (status) => {
    api = await startScriptedApi([{ status, headers: { location: '/other' } }]);
    const post = { ...plainRequest(api.baseUrl), method: 'POST' as const, body: '{}' };
    const error = await rejection(client.send(post));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain('would lose its body');
    expect(api.requests).toHaveLength(1);
  });

  it.each<[string, Behaviour]>([
    ['as sent', { body: 'x'.repeat(10_001) }],
    [
      'once decoded from zstd',
      {
        body: zstdFrame(Buffer.alloc(10_001, 'x')).subarray(0, 9_000),
        headers: { 'content-encoding': 'zstd' },
      },
    ],
    ['once decoded', { body: gzipSync('x'.repeat(10_001)), headers: { 'content-encoding': 'gzip' } }],
  ])('a body that is too large %s', async (_, behaviour) => {
    const error = await rejection(get(behaviour));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain('larger than 9 KiB: ask for fewer records per page');
  });

  it('a coding that was not offered', async () => {
    const error = await rejection(get({ headers: { 'content-encoding': 'compress' }, body: json }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(String(error)).toContain("encoded as 'compress'");
  });
});

describe('a redirect within the origin', () => {
  it.each([301, 302, 303, 307, 308])(
    '(%d) is followed with the credential, each one paced',
    async (status) => {
      api = await startScriptedApi([{ status, headers: { location: '/towns?page=1' } }, { body: json }]);
      let paced = 0;
      const request = {
        ...plainRequest(`${api.baseUrl}/cities`),
        headers: { authorization: 'Bearer s3cret' },
      };
      const answer = await client.send(request, undefined, async () => {
        paced += 1;
      });
      expect(answer.body.toString()).toBe(json);
      expect(api.requests.map(({ path }) => path)).toEqual(['/cities', '/towns?page=1']);
      expect(api.requests[1]?.headers.authorization).toBe('Bearer s3cret');
      expect(paced).toBe(1);
    },
  );

  it.each([307, 308])('(%d) is followed for a POST', async (status) => {
    api = await startScriptedApi([{ status, headers: { location: '/towns' } }, { body: json }]);
    const headers = { 'content-type': 'application/json' };
    await client.send({ ...plainRequest(api.baseUrl), method: 'POST', headers, body: '{"page":1}' });
    expect(api.requests.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(api.requests[1]?.headers).toMatchObject({ ...headers, 'content-length': '10' });
  });

  it('is followed whatever its own body weighs', async () => {
    const body = 'x'.repeat(1_000_000);
    api = await startScriptedApi([{ status: 307, headers: { location: '/towns' }, body }, { body: json }]);
    const answer = await client.send(plainRequest(`${api.baseUrl}/cities`));
    expect(answer.body.toString()).toBe(json);
  });

  it('is asked with a credential of its own where that depends on the URL', async () => {
    api = await startScriptedApi([{ status: 307, headers: { location: '/towns' } }, { body: json }]);
    const movedTo = async (url: string) => plainRequest(`${url}?apiKey=s3cret`);
    await client.send({ ...plainRequest(`${api.baseUrl}/cities?apiKey=s3cret`), movedTo });
    expect(api.requests[1]?.path).toBe('/towns?apiKey=s3cret');
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
    const answer = rejection(patient.send(plainRequest(api.baseUrl), controller.signal));
    while (api.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('no longer needed'));
    expect(await answer).toEqual(new Error('no longer needed'));
    await patient.close();
  });

  it('sends nothing once the signal has aborted, and nothing that has no connection yet', async () => {
    api = await startScriptedApi([{ body: json }]);
    const controller = new AbortController();
    const waiting = rejection(client.send(plainRequest(api.baseUrl), controller.signal));
    controller.abort(new Error('no longer needed'));
    expect(await waiting).toEqual(new Error('no longer needed'));
    const late = client.send(plainRequest(api.baseUrl), controller.signal);
    expect(await rejection(late)).toEqual(new Error('no longer needed'));
    await client.send(plainRequest(`${api.baseUrl}/other`));
    expect(api.requests.map(({ path }) => path)).toEqual(['/other']);
  });

  it('ends all that are under way with one signal, and none that has ended', async () => {
    api = await startScriptedApi([{ body: json }, { silent: true }]);
    const controller = new AbortController();
    expect((await client.send(plainRequest(api.baseUrl), controller.signal)).status).toBe(200);
    const answers = [1, 2, 3].map(() => rejection(client.send(plainRequest(api.baseUrl), controller.signal)));
    while (api.requests.length < 4) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('no longer needed'));
    for (const answer of answers) expect(await answer).toEqual(new Error('no longer needed'));
  });
});
