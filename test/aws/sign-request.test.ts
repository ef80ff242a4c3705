import { createHash } from 'node:crypto';
import { signRequest } from '../../aws/sign-request';
import type { PageRequest } from '../../core/extract/page/request';

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const scope = { region: 'us-east-1', service: 'service' };
const now = () => new Date('2015-08-30T12:36:00Z');
const request: PageRequest = { method: 'GET', url: 'https://example.amazonaws.com/cities', headers: {} };
const none = () => Promise.reject(new Error('the own keys were asked for'));

test('the body is hashed, and every part of the request is signed', async () => {
  const sign = signRequest(async () => keys, now);
  const post: PageRequest = { ...request, method: 'POST', body: '{"page":1}' };
  const signed = await sign(post, scope);
  expect(signed.headers['x-amz-content-sha256']).toBe(
    createHash('sha256').update('{"page":1}').digest('hex'),
  );
  expect(signed.headers['x-amz-date']).toBe('20150830T123600Z');
  expect(signed.headers.host).toBeUndefined();
  const others = [
    { ...post, body: '{"page":2}' },
    { ...post, url: `${post.url}?a=1` },
    { ...post, url: 'https://other.amazonaws.com/cities' },
    { ...post, headers: { 'x-more': '1' } },
    { ...request, body: '{"page":1}' },
  ];
  const signatures = await Promise.all(
    others.map(async (one) => (await sign(one, scope)).headers.authorization),
  );
  expect(new Set([signed.headers.authorization, ...signatures]).size).toBe(others.length + 1);
});

test('the query is sent as it is signed, with repeated names', async () => {
  const url = `${request.url}?q=a+b%2Bc&id=1&id=2&empty=`;
  const signed = await signRequest(async () => keys, now)({ ...request, url }, scope);
  expect(signed.url).toBe(`${request.url}?q=a%20b%2Bc&id=1&id=2&empty=`);
});

test('the own keys bring their session token, and are asked for every time; declared ones win', async () => {
  let asked = 0;
  const sign = signRequest(async () => {
    asked += 1;
    return { ...keys, sessionToken: `session-${asked}` };
  }, now);
  await sign(request, scope);
  expect((await sign(request, scope)).headers['x-amz-security-token']).toBe('session-2');
  const declared = await signRequest(none, now)(request, { ...scope, keys });
  expect(declared.headers['x-amz-security-token']).toBeUndefined();
  expect(declared.headers.authorization).toContain(
    'Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request',
  );
});
