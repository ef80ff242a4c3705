import { reconcileName } from '../../lambda/environment';

/** A grant that no call of the scenario needs, and why it is there all the same. */
export interface Unused {
  readonly principal: string;
  /** As describeGrant has it, with ARNs cut short: see inShort. */
  readonly grant: string;
  readonly why: string;
}

const functions = ['baseload-local-geo-fan-out', 'baseload-local-geo-worker', reconcileName('local')];

export const unused: readonly Unused[] = [
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

/** ARNs without service, region and account: 'arn:aws:sqs:eu-central-1:000000000000:pages' is 'pages'. */
export function inShort(text: string): string {
  return text.replace(/arn:aws:[a-z0-9]+:[a-z0-9-]*:\d*:/g, '');
}
