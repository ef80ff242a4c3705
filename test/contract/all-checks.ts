import type { Check } from './check';
import { checksumChecks } from './s3/checksums';
import { conditionalChecks } from './s3/conditional';
import { listingChecks } from './s3/listing';
import { objectChecks } from './s3/objects';
import { tagChecks } from './s3/tags';
import { secretChecks } from './secrets';
import { moveChecks } from './sqs/moves';
import { queueChecks } from './sqs/queues';
import { receivingChecks } from './sqs/receiving';
import { redriveChecks } from './sqs/redrive';
import { sendingChecks } from './sqs/sending';

/** All checks, under the headings of docs/fidelity.md. */
export const checkGroups: Readonly<Record<string, readonly Check[]>> = {
  'S3: conditional writes': conditionalChecks,
  'S3: listings': listingChecks,
  'S3: objects': objectChecks,
  'S3: checksums': checksumChecks,
  'S3: tags': tagChecks,
  'SQS: sending': sendingChecks,
  'SQS: receiving': receivingChecks,
  'SQS: queues': queueChecks,
  'SQS: dead letters': redriveChecks,
  'SQS: move tasks': moveChecks,
  'Secrets Manager': secretChecks,
};

export const allChecks: readonly Check[] = Object.values(checkGroups).flat();
