import { z } from 'zod';
import { readDocument } from '../document';
import { type RunName, verificationKey } from '../keys';
import type { Lake } from '../ports';

/** What was held against what. */
const checkNames = [
  'definition',
  'ranges',
  'pages',
  'records-accounted',
  'source-total',
  'drift',
  'unique-keys',
  'key-ranges',
  'repeated-pages',
  'checksums',
  'quarantine',
  'given-up',
  'shrink',
  'base',
] as const;

/** One thing that verification proves, or could not. */
const checkSchema = z.object({
  name: z.enum(checkNames),
  /** 'warned': it falls short, and is published all the same. 'skipped': it does not apply, and the sentence says why. */
  outcome: z.enum(['passed', 'failed', 'warned', 'skipped']),
  /** What was found, for people. */
  sentence: z.string(),
  /** Numbers, for machines. */
  expected: z.number().optional(),
  found: z.number().optional(),
});

/** The answer to "is it all there?", beside the manifest. */
export const verificationSchema = z.object({
  version: z.literal(1),
  source: z.string(),
  dataset: z.string(),
  runId: z.string(),
  /** ISO 8601. */
  verifiedAt: z.string(),
  /** 'warned': it falls short of something, and may be published by the dataset's policy or an operator's decision. */
  verdict: z.enum(['complete', 'warned', 'short']),
  checks: z.array(checkSchema),
});

export type CheckName = (typeof checkNames)[number];
export type Check = z.infer<typeof checkSchema>;
export type Verification = z.infer<typeof verificationSchema>;

/** What verification of a run proved, if it has been done. */
export function readVerification(lake: Pick<Lake, 'get'>, run: RunName): Promise<Verification | undefined> {
  return readDocument(verificationSchema, verificationKey(run), lake);
}
