import { ConfigurationError } from '../../../core/errors';
import { authorize } from '../../../core/extract/authorize';
import { pageRequest } from '../../../core/extract/request';
import type { Auth } from '../../../core/source/source';
import { cities, rejection, rotatingSecrets, sourceAt } from './fixtures';

const base = 'https://api.example.com/v1';
const request = pageRequest(sourceAt(base), cities, 500, 0);
const withAuth = (auth: Auth) => sourceAt(base, { auth });
const key = { secret: 'geonames/key' };

describe('authorize', () => {
  it('leaves the request to an open source as it is, and reads no secret', async () => {
    const secrets = {
      get: () => Promise.reject(new Error('read')),
      refresh: () => Promise.reject(new Error('read')),
    };
    expect(await authorize(request, sourceAt(base), secrets)).toMatchObject({ ...request, credentials: [] });
  });

  it('sends a bearer token, and a key in a header or in the query', async () => {
    const secrets = rotatingSecrets(['k y+1']);
    const bearer = await authorize(request, withAuth({ type: 'bearer', token: key }), secrets);
    expect(bearer.headers).toEqual({ accept: 'application/json', authorization: 'Bearer k y+1' });
    const header = await authorize(
      request,
      withAuth({ type: 'api-key', key, in: 'header', name: 'X-Api-Key' }),
      secrets,
    );
    expect(header.headers).toEqual({ accept: 'application/json', 'x-api-key': 'k y+1' });
    const query = await authorize(
      request,
      withAuth({ type: 'api-key', key, in: 'query', name: 'apiKey' }),
      secrets,
    );
    expect(new URL(query.url).searchParams.get('apiKey')).toBe('k y+1');
  });

  it('shows the request without its credential', async () => {
    const source = withAuth({ type: 'api-key', key, in: 'query', name: 'apiKey' });
    const { shown } = await authorize(request, source, rotatingSecrets(['s3cret']));
    expect(shown).toBe(`GET ${request.url}`);
  });

  it('reads the secret again when told to', async () => {
    const secrets = rotatingSecrets(['old', 'new']);
    const source = withAuth({ type: 'bearer', token: key });
    const { headers } = await authorize(request, source, secrets, { refresh: true });
    expect(headers.authorization).toBe('Bearer new');
    expect(secrets.refreshed).toEqual(['geonames/key']);
  });

  it.each(['https://evil.example.com/v1', 'http://api.example.com/v1', 'https://api.example.com:8443/v1'])(
    'gives no credential to %s',
    async (elsewhere) => {
      const secrets = rotatingSecrets(['s3cret']);
      const foreign = { ...request, url: `${elsewhere}/cities` };
      const error = await rejection(authorize(foreign, withAuth({ type: 'bearer', token: key }), secrets));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain('may only be asked at https://api.example.com');
    },
  );

  it('is not led astray by a path that looks like another host', async () => {
    const source = sourceAt('https://api.example.com');
    const astray = pageRequest(
      source,
      { ...cities, request: { ...cities.request, path: '@evil.example.com/' } },
      1,
      0,
    );
    await expect(authorize(astray, source, rotatingSecrets(['s3cret']))).rejects.toThrow(ConfigurationError);
  });

  it.each(['', 'abc\n', ' abc', 'a\r\nx-evil: 1', 'schlüssel'])(
    'refuses the credential %j by its name',
    async (value) => {
      const source = withAuth({ type: 'bearer', token: key });
      const error = await rejection(authorize(request, source, rotatingSecrets([value])));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain("secret 'geonames/key'");
      if (value.trim()) expect(String(error)).not.toContain(value.trim());
    },
  );
});
