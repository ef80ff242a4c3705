import { bodyFaults } from './bodies';
import { chainFaults } from './chains';
import type { FaultCase } from './fault-case';
import { movingDataFaults } from './moving-data';
import { outageFaults } from './outages';
import { positionFaults } from './positions';
import { redirectFaults } from './redirects';
import { throttlingFaults } from './throttling';

/** Every way to misbehave that is covered, by what it is about. */
export const faultGroups: Readonly<Record<string, readonly FaultCase[]>> = {
  throttling: throttlingFaults,
  outages: outageFaults,
  bodies: bodyFaults,
  positions: positionFaults,
  chains: chainFaults,
  redirects: redirectFaults,
  'moving data': movingDataFaults,
};

export const allFaults: readonly FaultCase[] = Object.values(faultGroups).flat();
