import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Check, Place } from './check';
import { assertRefused, assertSame } from './seen';
import { eventually } from './waiting';

const reading = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html';
const writing = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html';
const missing = { names: ['ResourceNotFoundException'], status: 400 };

const read = ({ secrets }: Place, SecretId: string) => secrets.send(new GetSecretValueCommand({ SecretId }));
const write = ({ secrets }: Place, SecretId: string, SecretString: string) =>
  secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));

/** Credentials. */
export const secretChecks: readonly Check[] = [
  {
    id: 'secret-get',
    behaviour: 'GetSecretValue has the text of a secret, by its name, as AWSCURRENT',
    document: reading,
    async run(place) {
      const name = await place.secret('token', 'a credential: é 🦊');
      const { Name, SecretString, VersionStages } = await read(place, name);
      assertSame(
        'the secret',
        [Name, SecretString, VersionStages],
        [name, 'a credential: é 🦊', ['AWSCURRENT']],
      );
    },
  },
  {
    id: 'secret-put',
    behaviour: 'PutSecretValue replaces the value that GetSecretValue has',
    document: writing,
    async run(place) {
      const name = await place.secret('token', 'the old one');
      await write(place, name, 'the new one');
      await eventually(place, 'the new one', async () => (await read(place, name)).SecretString ?? '');
    },
  },
  {
    id: 'secret-missing',
    behaviour: 'a secret that does not exist is ResourceNotFoundException, to read and to write',
    document: reading,
    async run(place) {
      await assertRefused('GetSecretValue', read(place, place.name('nobody')), missing);
      await assertRefused('PutSecretValue', write(place, place.name('nobody'), 'x'), missing);
    },
  },
];
