import { Duration } from 'aws-cdk-lib';
import { type LifecycleRule, StorageClass } from 'aws-cdk-lib/aws-s3';
import { unpublishedTag } from '../../core/run/expiry/expire-stage';
import type { Environment } from '../environments';

/** Raw pages that are kept at least this long are worth the price of moving them to a class that gets cheaper when nobody reads them. */
const worthTiering = Duration.days(90);

/**
 * What becomes of the lake's objects by themselves. Raw pages, quarantine and the stage objects of runs that ended unpublished expire;
 * which other stage objects and tables are needed is for the pointers to say, and `baseload prune` asks them. S3 leaves objects below
 * 128 KB where they are ("Transitioning objects using Amazon S3 Lifecycle").
 *
 * In a versioned lake to expire is to get a delete marker ("Expiring objects"): the object can be had back until it has been noncurrent for
 * the undelete window, and then its marker goes too, which a rule with a tag or a number of days of its own could not say.
 */
export function lifecycleRules(environment: Environment): LifecycleRule[] {
  const { rawRetention, quarantineRetention, unpublishedRetention, undeleteWindow } = environment;
  const tiered = rawRetention.toDays() >= worthTiering.toDays();
  const transitions = [{ storageClass: StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(0) }];
  return [
    { id: 'AbandonedUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
    { id: 'Raw', prefix: 'raw/', expiration: rawRetention, ...(tiered ? { transitions } : {}) },
    { id: 'Quarantine', prefix: 'quarantine/', expiration: quarantineRetention },
    {
      id: 'Unpublished',
      prefix: 'stage/',
      tagFilters: { [unpublishedTag.name]: unpublishedTag.value },
      expiration: unpublishedRetention,
    },
    ...(undeleteWindow
      ? [{ id: 'Deleted', noncurrentVersionExpiration: undeleteWindow, expiredObjectDeleteMarker: true }]
      : []),
  ];
}
