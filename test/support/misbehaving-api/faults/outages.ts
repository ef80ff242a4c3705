import { reply } from '../exchange';
import {
  always,
  alwaysInTheMiddle,
  atFirst,
  error,
  everywhere,
  type FaultCase,
  replies,
  severalPages,
} from './fault-case';

/** Answers that never come, come late or come broken: below HTTP, and in its status. */
export const outageFaults: readonly FaultCase[] = [
  {
    name: 'latency and jitter',
    applies: everywhere,
    make: replies(always, (reply, { received }) => ({
      ...reply,
      delivery: { type: 'late', milliseconds: (received.index * 7919) % 13 },
    })),
  },
  {
    name: '500, then 502',
    applies: everywhere,
    make: replies(
      ({ position, times }) => position % 3 === 0 && times < 2,
      (_, { times }) =>
        reply(times === 0 ? 500 : 502, '<h1>Bad gateway</h1>', { 'content-type': 'text/html' }),
    ),
  },
  {
    name: 'a connection that is reset instead of an answer',
    applies: severalPages,
    make: replies(atFirst(2), (reply) => ({ ...reply, delivery: { type: 'reset' } })),
  },
  {
    name: 'a connection that is reset in the middle of a body',
    applies: severalPages,
    make: replies(atFirst(2), (reply) => ({ ...reply, delivery: { type: 'cut', share: 0.6 } })),
  },
  {
    name: 'a body that drips',
    applies: severalPages,
    make: replies(atFirst(), (reply) => ({
      ...reply,
      delivery: { type: 'drip', pieces: 6, milliseconds: 4 },
    })),
  },
  {
    name: 'an answer that never comes',
    applies: severalPages,
    make: replies(
      ({ position, times }) => position === 1 && times === 0,
      (reply) => ({ ...reply, delivery: { type: 'silent' } }),
    ),
    source: (source) => ({ ...source, http: { ...source.http, headersSeconds: 1 } }),
  },
  {
    name: 'a status of its own for an outage',
    applies: severalPages,
    make: replies(atFirst(), () => reply(418, { message: 'later' })),
    dataset: (dataset) => ({ ...dataset, request: { ...dataset.request, statuses: { '418': 'retry' } } }),
  },
  {
    name: '500, always, at one page',
    applies: severalPages,
    make: replies(alwaysInTheMiddle, () => reply(500, { message: 'out of order' })),
    ending: error('TransientError'),
  },
  {
    name: '404, always, at one page',
    applies: severalPages,
    make: replies(alwaysInTheMiddle, () => reply(404, { message: 'no such page' })),
    ending: error('PermanentError'),
  },
  {
    name: '403, always',
    applies: everywhere,
    make: replies(always, () => reply(403, { message: 'not yours' })),
    ending: error('PermanentError'),
  },
  {
    name: '401, always',
    applies: everywhere,
    make: replies(always, () => reply(401, { message: 'who are you?' })),
    ending: error('PermanentError'),
  },
];
