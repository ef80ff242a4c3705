import type { LocalAws } from '../aws/local-aws';
import { readProperties } from './read-properties';
import type { ResolvedResource } from './resolved-resource';
import { eventBusSchema } from './template-schemas';

/** Creates a template's event buses. Its rules are read and not run: what they start is outside of the stack. */
export function createEventBuses(buses: readonly ResolvedResource[], aws: LocalAws): void {
  for (const { logicalId, ref: name, properties } of buses) {
    readProperties(eventBusSchema, properties, logicalId);
    aws.createEventBus(name);
  }
}
