import { z } from 'zod';
import { parseDocument, readDocument, unlessUnreadable } from '../../../core/run/document';
import {
  claimKey,
  curatedKey,
  endingKey,
  manifestKey,
  planKey,
  pointerKey,
  verificationKey,
} from '../../../core/run/keys';
import { memoryLake } from '../../support/memory-lake';
import { aRun } from './run-fixture';

const schema = z.object({ version: z.literal(1) });
const restart = 'npx baseload run geonames/cities --restart loads it anew, or use the version that wrote it';

it.each([
  ['the pointer', pointerKey(aRun), /^restore it from a backup/],
  ['the plan', planKey(aRun), new RegExp(`^${restart}$`)],
  ['the manifest', manifestKey(aRun), new RegExp(`^${restart}$`)],
  ['the verification', verificationKey(aRun), new RegExp(`^${restart}$`)],
  ['the ending', endingKey(aRun), new RegExp(`^never remove it, .* about to expire: ${restart}$`)],
  ['the claim', claimKey(aRun), /^remove it, or use the version that wrote it$/],
  ['what can be made again', curatedKey(aRun), /^remove it, or use the version that wrote it$/],
])('a document that cannot be read says what to do about it: %s', async (_, key, advice) => {
  const lake = memoryLake();
  for (const text of ['{"version":2}', 'no JSON']) {
    await lake.put(key, text);
    const error = await readDocument(schema, key, lake).catch((cause) => cause);
    const [what, ...told] = error.message.split(': ');
    expect(what).toBe(`${key} in the lake is not a document of this version`);
    expect(told.join(': ')).toMatch(advice);
    expect(error).toMatchObject({ failure: 'permanent' });
    expect(unlessUnreadable(error)).toBeUndefined();
  }
});

it('a document that is there is read, and one that is not is no error', async () => {
  expect(parseDocument(schema, '{"version":1}', 'key')).toEqual({ version: 1 });
  expect(await readDocument(schema, planKey(aRun), memoryLake())).toBeUndefined();
});
