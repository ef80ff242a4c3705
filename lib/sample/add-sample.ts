import type { App } from 'aws-cdk-lib';
import { SampleStack } from './sample-stack';

/** Executions that are reserved unless the context says otherwise. */
const usualConcurrency = 10;

/**
 * Adds the stack of the sample API where the context asks for it, by 'sample': true, or 'unreserved' for an account that Lambda lets
 * reserve nothing; never by itself, so that nobody deploys a public URL by chance. Returns what is wrong with the value, in a sentence.
 */
export function addSample(app: App): readonly string[] {
  const asked: unknown = app.node.tryGetContext('sample');
  if (asked === undefined || asked === false || asked === 'false') return [];
  if (asked !== true && asked !== 'true' && asked !== 'unreserved')
    return [`context 'sample' is ${JSON.stringify(asked)}: choose one of true, unreserved, false`];
  new SampleStack(app, { concurrency: asked === 'unreserved' ? asked : usualConcurrency });
  return [];
}
