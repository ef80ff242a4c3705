import { CfnMapping, Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';

/** Domain of the console, by partition (AWS General Reference, "AWS Management Console endpoints and quotas"). */
const domains: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** The address of CloudWatch's console in the region of a construct's stack; what is to be seen follows after '#'. */
export function cloudWatchConsole(scope: Construct): string {
  const stack = Stack.of(scope);
  return `https://${stack.region}.${domainOf(stack)}/cloudwatch/home?region=${stack.region}`;
}

/** Known when the template is made where the region is, else looked up where it is deployed. */
function domainOf(stack: Stack): string {
  const { region, partition } = stack;
  if (!Token.isUnresolved(region))
    return domains[RegionInfo.get(region).partition ?? 'aws'] ?? domains.aws ?? '';
  const id = 'Console';
  const known = stack.node.tryFindChild(id);
  const mapping = known instanceof CfnMapping ? known : new CfnMapping(stack, id, { mapping: byPartition() });
  return mapping.findInMap(partition, 'domain');
}

function byPartition(): Record<string, { domain: string }> {
  return Object.fromEntries(Object.entries(domains).map(([partition, domain]) => [partition, { domain }]));
}
