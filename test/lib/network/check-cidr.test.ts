import { checkCidr } from '../../../lib/network/check-cidr';

it.each(['10.64.0.0/16', '10.64.16.0/20', '192.168.3.0/24', '100.64.0.0/18'])('%s is a network', (cidr) => {
  expect(() => checkCidr(cidr, 'prod')).not.toThrow();
});

it.each([
  '',
  '10.64.0.0',
  '10.64.0.0/15',
  '10.64.0.0/25',
  '10.64.1.0/20',
  '10.64.0/20',
  '300.1.0.0/16',
  '10.64.0.0/20/1',
  'fd00::/20',
])('%j is refused with a sentence that says what would do', (cidr) => {
  expect(() => checkCidr(cidr, 'prod')).toThrow(
    `the network of prod in lib/environments.ts has the cidr ${JSON.stringify(cidr)}: give the first address of an IPv4 range and a length from /16 to /24, such as '10.64.0.0/20'`,
  );
});
