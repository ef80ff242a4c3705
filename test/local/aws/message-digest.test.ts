import { attributesDigest, bodyDigest } from '../../../local/aws/message-digest';

// Digests that Amazon SQS answered for these attributes.
test.each([
  ['SOME_Valid.attribute-Name', 'Number', '36655e7e9d7c0e8479fa3f3f42247ae7'],
  ['timestamp', 'Number.java.lang.Long', '2e2e4876d8e0bd6b8c2c8f556831c349'],
])('the digest of the attribute %s', (name, DataType, digest) => {
  expect(attributesDigest({ [name]: { DataType, StringValue: '1493147359900' } })).toBe(digest);
});

test('the digest of a body', () => {
  expect(bodyDigest('derp')).toBe('58fd9edd83341c29f1aebba81c31e257');
});

test('the digest of attributes does not depend on their order, but on every part of them', () => {
  const a = { DataType: 'String', StringValue: 'x' };
  const b = { DataType: 'Binary', BinaryValue: Buffer.from('x').toString('base64') };
  const digests = [{ a, b }, { a }, { b }, { a: b, b: a }, { a: { ...a, DataType: 'String.x' }, b }].map(
    attributesDigest,
  );
  expect(new Set(digests).size).toBe(digests.length);
  expect(attributesDigest({ b, a })).toBe(digests[0]);
});
