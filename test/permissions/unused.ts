import { reconcileName } from '../../lambda/environment';

/** A grant that no call of the scenario needs, and why it is there all the same. */
export interface Unused {
  readonly principal: string;
  /** As describeGrant has it, with ARNs cut short: see inShort. */
  readonly grant: string;
  readonly why: string;
}

const functions = ['baseload-local-geo-fan-out', 'baseload-local-geo-worker', reconcileName('local')];

/** Writes of reconcile that need hours, a failing service, or a death at the wrong moment; the tests of core/run make each. */
const unusedWrites = [
  {
    kind: 'verification',
    grant: 's3:PutObject on baseload-local-lakebucket/runs/*/verification.json where s3:if-match Null false',
    why: 'replaces what one that died between verification and manifest had found, where an object has come since',
  },
  {
    kind: 'owed',
    grant: 's3:PutObject on baseload-local-lakebucket/runs/*/*/*/owed/*',
    why: 'notes how often the catalog or the bus has refused to be told, which those of a laptop never do',
  },
  {
    kind: 'progress',
    grant: 's3:PutObject on baseload-local-lakebucket/runs/*/progress.json',
    why: 'notes when a run that takes hours last came further',
  },
];

export const unused: readonly Unused[] = [
  ...unusedWrites.map(({ grant, why }) => ({ principal: reconcileName('local'), grant, why })),
  ...functions.flatMap((name) =>
    ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
      principal: name,
      grant: `${action} on log-group:/aws/lambda/${name}:*`,
      why: 'Lambda writes the log with the role; on a laptop the host writes it to a file',
    })),
  ),
  {
    principal: 'baseload-local-sourcegeoschedulerole',
    grant: 'sqs:SendMessage on baseload-local-geo-missed',
    why: 'the Scheduler uses it when it cannot invoke the function, which a laptop always can',
  },
  {
    principal: 'baseload-local-geo-fan-out',
    grant: 's3:ListBucket on baseload-local-lakebucket where s3:prefix StringLike runs/open/geo/*',
    why: 'tells a claim that was released between the attempt to write it and reading it from one that may not be read',
  },
  ...[
    's3:GetObject on baseload-local-lakebucket/tables/geo/users/run=*',
    's3:ListBucket on baseload-local-lakebucket where s3:prefix StringLike tables/geo/users/run=*',
  ].map((grant) => ({
    principal: 'baseload-local-geo-fan-out',
    grant,
    why: 'for a parent whose table is merged, as that of geo/teams is; that of geo/users is the stage objects of its run',
  })),
];

/** Kinds of objects that a grant lets somebody write, that the scenario does not, and why the grant is as wide as that. */
export interface Unwritten {
  readonly principal: string;
  readonly grant: string;
  readonly kinds: readonly string[];
  readonly why: string;
}

export const unwritten: readonly Unwritten[] = [
  {
    principal: reconcileName('local'),
    grant: 's3:PutObject on baseload-local-lakebucket/runs/* where s3:if-none-match Null false',
    kinds: ['claim', 'plan', 'next', 'observations', 'dead', 'given up', 'owed', 'progress', 'report'],
    why: 'reconcile adds ten kinds of documents, and naming each would leave its role room for seven sources less; it replaces none of these',
  },
  {
    principal: reconcileName('local'),
    grant: 's3:PutObject on baseload-local-lakebucket/runs/* where s3:if-none-match Null false',
    kinds: ['redriven'],
    why: 'notes that a run was redriven after others were told that it was blocked, which the scenario leaves blocked',
  },
  ...[
    {
      grant: 's3:PutObject on baseload-local-lakebucket/tables/* where s3:if-none-match Null false',
      why: 'since when a dataset is expected; on a laptop no schedule starts anything by itself, so nothing is',
    },
    {
      grant: 's3:PutObject on baseload-local-lakebucket/tables/*.json where s3:if-match Null false',
      why: 'the same, when the schedules of a dataset change',
    },
  ].map((one) => ({ principal: reconcileName('local'), kinds: ['expected'], ...one })),
  ...unusedWrites.map(({ kind, grant, why }) => ({
    principal: reconcileName('local'),
    grant,
    kinds: [kind],
    why,
  })),
];

/** ARNs without service, region and account: 'arn:aws:sqs:eu-central-1:000000000000:pages' is 'pages'. */
export function inShort(text: string): string {
  return text.replace(/arn:aws:[a-z0-9]+:[a-z0-9-]*:\d*:/g, '');
}
