import { isIPv4 } from 'node:net';
import { ConfigurationError } from '../../core/errors';

/** What a VPC may be, /16 to /28 (Amazon VPC, "VPC CIDR blocks"); smaller than /24 leaves the functions too few addresses. */
const [largest, smallest] = [16, 24];

/** Throws a ConfigurationError unless it is an IPv4 range that a network can be made of, such as '10.64.0.0/20'. */
export function checkCidr(cidr: string, environment: string): void {
  const [address = '', prefix = '', ...more] = cidr.split('/');
  const bits = /^\d{1,2}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (more.length === 0 && isIPv4(address) && bits >= largest && bits <= smallest && isBase(address, bits))
    return;
  throw new ConfigurationError(
    `the network of ${environment} in lib/environments.ts has the cidr ${JSON.stringify(cidr)}: give the first address of an IPv4 range and a length from /${largest} to /${smallest}, such as '10.64.0.0/20'`,
  );
}

/** Whether nothing is set beyond the prefix: AWS would change '10.64.1.0/20' to '10.64.0.0/20' without a word. */
function isBase(address: string, bits: number): boolean {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number % 2 ** (32 - bits) === 0;
}
