import fc from 'fast-check';
import { failedMessages } from '../../../local/lambda/batch-response';

const ids = ['a', 'b', 'c'];

test.each([
  ['null', null],
  ['nothing', undefined],
  ['an empty object', {}],
  ['an empty list', { batchItemFailures: [] }],
  ['a null list', { batchItemFailures: null }],
])('%s means that all went well', (_, response) => {
  expect(failedMessages(response, ids)).toEqual(new Set());
});

test.each([
  ['text', 'ok'],
  ['a list that is none', { batchItemFailures: 'a' }],
  ['an empty id', { batchItemFailures: [{ itemIdentifier: '' }] }],
  ['a null id', { batchItemFailures: [{ itemIdentifier: null }] }],
  ['another name for the id', { batchItemFailures: [{ messageId: 'a' }] }],
  ['an unknown id', { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'z' }] }],
])('%s fails the whole batch', (_, response) => {
  expect(failedMessages(response, ids)).toEqual(new Set(ids));
});

test('only the reported messages fail, in whatever order and however often they are named', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ids)), (failed) => {
      const response = { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
      expect(failedMessages(response, ids)).toEqual(new Set(failed));
    }),
  );
});

test('whatever a function answers, the failed messages are messages of the batch', () => {
  fc.assert(
    fc.property(fc.anything(), (response) => {
      for (const id of failedMessages(response, ids)) expect(ids).toContain(id);
    }),
  );
});
