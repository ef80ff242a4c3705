import type { Reply } from '../exchange';
import { alwaysInTheMiddle, atFirst, error, type FaultCase, replies, severalPages } from './fault-case';

const redirect = (location: string): Reply => ({ status: 307, headers: { location }, body: '' });

/** Redirects: within the source they are followed, and no credential ever leaves it. */
export const redirectFaults: readonly FaultCase[] = [
  {
    name: 'a redirect within the source',
    applies: severalPages,
    make: replies(atFirst(), (_, { received }) => redirect(received.url.pathname + received.url.search)),
  },
  {
    name: 'a redirect to another host',
    applies: severalPages,
    make: replies(alwaysInTheMiddle, (_, { received, otherOrigin }) =>
      redirect(otherOrigin + received.url.pathname),
    ),
    ending: error('ForeignLinkError'),
  },
  {
    name: 'a redirect in a circle',
    applies: severalPages,
    make: replies(alwaysInTheMiddle, (_, { received }) => redirect(received.url.href)),
    ending: error('PermanentError'),
  },
];
