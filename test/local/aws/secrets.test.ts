import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { secretsManager } from '../../../aws/secrets';
import { type RunningAws, region, runAws } from './running-aws';

let folder: string;
let running: RunningAws;
let declared: Record<string, string>;
const SecretId = 'baseload/local/token';
const open = () => runAws({ secret: (name) => declared[name], secretsFile: join(folder, 'secrets.json') });
const value = async () => (await running.secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;
const put = (SecretString: string) =>
  running.secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  declared = { [SecretId]: 'first' };
  running = await open();
});
afterEach(async () => {
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});

test('what is written is read, also by the next process, and by its owner alone', async () => {
  await put('second');
  expect(await value()).toBe('second');
  expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain('first');
  await running.stop();
  running = await open();
  expect(await value()).toBe('second');
});

test('a newly declared value wins over one that was written before', async () => {
  await put('second');
  declared[SecretId] = 'third';
  expect(await value()).toBe('third');
});

test('a secret that is not declared cannot be written', async () => {
  delete declared[SecretId];
  await expect(put('second')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('writing needs a permission of its own', async () => {
  const arn = `arn:aws:secretsmanager:${region}:000000000000:secret:${SecretId}-??????`;
  const statements = [{ Effect: 'Allow' as const, Action: 'secretsmanager:GetSecretValue', Resource: arn }];
  running.aws.addPrincipal('WORKER', { name: 'worker', statements });
  const client = new SecretsManagerClient(running.as('WORKER'));
  const command = new PutSecretValueCommand({ SecretId, SecretString: 'second' });
  await expect(client.send(command)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('secretsmanager:PutSecretValue'),
  });
  expect(await value()).toBe('first');
});

test('a file that is damaged is refused by its name, without being quoted', async () => {
  await writeFile(join(folder, 'secrets.json'), '{"a": hidden');
  const error = await open().catch((reason) => String(reason));
  expect(error).toContain(`${join(folder, 'secrets.json')} does not hold the secrets`);
  expect(error).not.toContain('hidden');
});

test('the adapter reads what it wrote, though it had the old value', async () => {
  const secrets = secretsManager(running.secrets, (name) => `baseload/local/${name}`);
  expect(await secrets.get('token')).toBe('first');
  await secrets.put('token', 'second');
  expect(await secrets.get('token')).toBe('second');
});
