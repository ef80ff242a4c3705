import type { LocalAws } from '../aws/local-aws';
import type { AssemblyStack } from './assembly';
import { createBuckets, createDatabases, createQueues } from './create-storage';
import { scopeOf } from './references';
import { resolveResources } from './resolved-resource';

/** Creates a stack's buckets, queues and databases in a local AWS, for those who only look after what its functions left there. */
export async function deployStorage(stack: AssemblyStack, aws: LocalAws): Promise<void> {
  const resources = resolveResources(stack, scopeOf(stack, aws.url));
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  await createBuckets(of('AWS::S3::Bucket'), aws);
  createQueues(of('AWS::SQS::Queue'), aws);
  createDatabases(of('AWS::Glue::Database'), aws);
}
