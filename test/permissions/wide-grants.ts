import { describeGrant, type Grant } from '../../local/aws/grant';
import type { Decision } from '../../local/aws/usage-ledger';
import { wildcard } from '../../local/aws/wildcard';
import type { LocalMode } from '../../local/local-mode';
import { exampleOf, kindOf, lakeKinds } from './lake-keys';
import { source } from './scenario-source';
import { inShort } from './unused';
import { isBy } from './usage';

/** A kind of object that a grant lets somebody write, and that nobody has written by it. */
export interface WideGrant {
  readonly principal: string;
  /** As describeGrant has it, with ARNs cut short. */
  readonly grant: string;
  readonly kind: string;
}

const writes = new Set(['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject']);

/** What the grants to write open beyond the kinds of objects that were written by each. */
export function wideGrants(local: Pick<LocalMode, 'grants' | 'decisions' | 'lakeBucket'>): WideGrant[] {
  const lake = `arn:aws:s3:::${local.lakeBucket}/`;
  return [...local.grants()].flatMap(([principal, grants]) => {
    const decisions = local.decisions().filter((decision) => decision.principal === principal);
    return grants
      .filter(({ action }) => writes.has(action))
      .flatMap((grant) => {
        const written = kindsWritten(decisions, grant, lake);
        const open = lakeKinds.filter((kind) => wildcard(grant.resource)(lake + exampleOf(kind, source)));
        return open
          .filter((kind) => !written.has(kind))
          .map((kind) => ({ principal, grant: inShort(describeGrant(grant)), kind }));
      });
  });
}

function kindsWritten(decisions: readonly Decision[], grant: Grant, lake: string): Set<string> {
  const keys = decisions.filter((decision) => isBy(decision, grant)).map(({ resource }) => resource);
  return new Set(keys.map((key) => kindOf(key.slice(lake.length))));
}
