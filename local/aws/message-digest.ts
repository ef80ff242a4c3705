import { createHash } from 'node:crypto';

/** A message attribute as the JSON protocol carries it; BinaryValue is base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: string | undefined;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** MD5OfMessageBody: hexadecimal. */
export function bodyDigest(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/**
 * MD5OfMessageAttributes: hexadecimal. Per attribute, by name: length and text of name and type, a byte for the transport type
 * (1 text, 2 binary), length and bytes of the value; lengths are 32 bits, big-endian (Amazon SQS Developer Guide, "Calculating
 * the MD5 message digest for message attributes").
 */
export function attributesDigest(attributes: MessageAttributes): string {
  const hash = createHash('md5');
  for (const [name, attribute] of Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const isBinary = attribute.DataType.startsWith('Binary');
    const parts = [name, attribute.DataType].map((text) => Buffer.from(text));
    for (const part of parts) hash.update(lengthOf(part)).update(part);
    const value = valueBytes(attribute);
    hash
      .update(Buffer.of(isBinary ? 2 : 1))
      .update(lengthOf(value))
      .update(value);
  }
  return hash.digest('hex');
}

/** What a message counts against the size limits: its body and its attributes' names, types and values, in bytes. */
export function messageBytes(body: string, attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, attribute]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + valueBytes(attribute).length,
    Buffer.byteLength(body),
  );
}

function valueBytes(attribute: MessageAttribute): Buffer {
  return attribute.BinaryValue === undefined
    ? Buffer.from(attribute.StringValue ?? '')
    : Buffer.from(attribute.BinaryValue, 'base64');
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return length;
}
