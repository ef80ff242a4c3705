import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { secretsManager } from '../../aws/secrets';

const client = new SecretsManagerClient();
const manager = mockClient(client);
const open = () => secretsManager(client, (name) => `baseload/dev/${name}`);
beforeEach(() => manager.reset());
afterAll(() => manager.restore());

const asked = () => manager.commandCalls(GetSecretValueCommand).map(({ args }) => args[0].input.SecretId);

describe('secretsManager', () => {
  it('reads a credential under the name of the environment, once', async () => {
    manager.on(GetSecretValueCommand).resolves({ SecretString: 'token-1' });
    const secrets = open();
    expect(await secrets.get('geonames/token')).toBe('token-1');
    expect(await secrets.get('geonames/token')).toBe('token-1');
    expect(asked()).toEqual(['baseload/dev/geonames/token']);
  });

  it('keeps credentials apart', async () => {
    manager.on(GetSecretValueCommand, { SecretId: 'baseload/dev/a' }).resolves({ SecretString: 'of a' });
    manager.on(GetSecretValueCommand, { SecretId: 'baseload/dev/b' }).resolves({ SecretString: 'of b' });
    const secrets = open();
    expect([await secrets.get('a'), await secrets.get('b'), await secrets.get('a')]).toEqual([
      'of a',
      'of b',
      'of a',
    ]);
  });

  it('reads it again when it was refused, and keeps the new one', async () => {
    manager.on(GetSecretValueCommand).resolvesOnce({ SecretString: 'old' }).resolves({ SecretString: 'new' });
    const secrets = open();
    expect(await secrets.get('token')).toBe('old');
    expect(await secrets.refresh('token')).toBe('new');
    expect(await secrets.get('token')).toBe('new');
    expect(asked()).toHaveLength(2);
  });

  it('says what to create when there is none', async () => {
    const missing = new ResourceNotFoundException({
      message: "Secrets Manager can't find the specified secret.",
      $metadata: {},
    });
    manager.on(GetSecretValueCommand).rejects(missing);
    await expect(open().get('geonames/token')).rejects.toMatchObject({
      failure: 'configuration',
      message:
        "secret 'geonames/token' does not exist: create baseload/dev/geonames/token in Secrets Manager",
    });
  });

  it.each([
    ['empty', { SecretString: '' }],
    ['binary', { SecretBinary: new Uint8Array([1, 2, 3]) }],
    ['absent', {}],
  ])('says what to store when the secret is %s', async (_, answer) => {
    manager.on(GetSecretValueCommand).resolves(answer);
    await expect(open().get('token')).rejects.toMatchObject({
      failure: 'configuration',
      message: "secret 'token' is not a text: store the credential itself in baseload/dev/token",
    });
  });

  it.each(['AccessDeniedException', 'InternalServiceError', 'ThrottlingException'])(
    'does not take %s for a missing secret',
    async (name) => {
      const refusal = { name, $fault: 'client' as const, message: `not now: ${name}`, $metadata: {} };
      manager.on(GetSecretValueCommand).rejects(new SecretsManagerServiceException(refusal));
      const failure = await open()
        .get('token')
        .catch((error) => error);
      expect(failure.failure).toBeUndefined();
      expect(failure.message).toContain(name);
    },
  );
});
