/**
 * A check that moto does not pass. A check says what AWS's own document says, and the local AWS passes all of them, so the document
 * that the check links is right, and moto is not.
 */
export interface KnownDifference {
  /** Of the check. */
  readonly id: string;
  /** What moto does instead, in one sentence. */
  readonly moto: string;
  /** How the check fails for that reason; one that fails otherwise is a new difference, one that passes ends this one. */
  readonly failure: RegExp;
}

/** The version that contract.sh installs. */
export const motoVersion = '5.2.5';

const noMoves = {
  moto: 'knows no move tasks, and answers 500',
  failure: /is not valid JSON|got SyntaxError 500/,
};

export const motoDifferences: readonly KnownDifference[] = [
  {
    id: 's3-list-pages',
    moto: 'gives as many keys as MaxKeys asks for, 5,000 too',
    failure: /^keys of a page that asks for 5,000: expected 1000, got 1005$/,
  },
  {
    id: 's3-metadata-limit',
    moto: 'takes more than 2 KB of user metadata',
    failure: /^more: expected MetadataTooLarge 400, got accepted 200$/,
  },
  {
    id: 's3-content-md5',
    moto: 'does not compare Content-MD5 with the body',
    failure: /^the PUT: expected BadDigest 400, got accepted 200$/,
  },
  {
    id: 's3-checksum-wrong',
    moto: 'does not compare checksums with the body',
    failure: /^the PUT: expected BadDigest 400, got accepted 200$/,
  },
  {
    id: 'sqs-batch-partly',
    moto: 'takes every character in a batch',
    failure: /got \[\["good","bad"\],\[\]\]$/,
  },
  {
    id: 'sqs-size-attributes',
    moto: 'counts the body alone',
    failure: /^the message: expected InvalidParameterValue .* got accepted 200$/,
  },
  {
    id: 'sqs-characters',
    moto: 'takes every character',
    failure: /^U\+0: expected InvalidMessageContents 400, got accepted 200$/,
  },
  {
    id: 'sqs-redrive-attributes',
    moto: 'does not name the queue that gave a dead letter up',
    failure: /^the queue named: expected .* got nothing$/,
  },
  { id: 'sqs-move', ...noMoves },
  { id: 'sqs-move-counts', ...noMoves },
  { id: 'sqs-move-anew', ...noMoves },
  { id: 'sqs-move-home', ...noMoves },
  { id: 'sqs-move-twice', ...noMoves },
  { id: 'sqs-move-cancel', ...noMoves },
  { id: 'sqs-move-cancel-over', ...noMoves },
  { id: 'sqs-move-no-dlq', ...noMoves },
  { id: 'sqs-move-missing', ...noMoves },
  {
    id: 'secret-missing',
    moto: 'says ResourceNotFoundException with status 404 instead of 400',
    failure: /^GetSecretValue: expected ResourceNotFoundException 400, got ResourceNotFoundException 404$/,
  },
];
