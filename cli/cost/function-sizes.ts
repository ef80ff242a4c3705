import { z } from 'zod';
import { type FunctionSize, type FunctionSizes, functionSizes } from '../../core/forecast/usage';
import { functionNames, reconcileName } from '../../lambda/environment';

/** How big the functions of an environment are; as usual where its templates have none of that name. */
export interface DeployedSizes {
  readonly reconcile: FunctionSize;
  /** Those that load a source, and reconcile. */
  sizesOf(source: string): FunctionSizes;
}

const functionSchema = z.object({
  FunctionName: z.unknown(),
  MemorySize: z.number().default(128),
  EphemeralStorage: z.object({ Size: z.number() }).default({ Size: 512 }),
});

/** Reads how big functions are from their properties in an environment's templates. */
export function sizesIn(environment: string, functions: readonly unknown[]): DeployedSizes {
  const sizes = new Map(functions.map(sizeOf));
  const reconcile = sizes.get(reconcileName(environment)) ?? functionSizes.reconcile;
  return {
    reconcile,
    sizesOf(source) {
      const { fanOut, worker } = functionNames(environment, source);
      return {
        'fan-out': sizes.get(fanOut) ?? functionSizes['fan-out'],
        worker: sizes.get(worker) ?? functionSizes.worker,
        reconcile,
      };
    },
  };
}

/** By the function's name. */
function sizeOf(properties: unknown): [unknown, FunctionSize] {
  const { FunctionName, MemorySize, EphemeralStorage } = functionSchema.parse(properties);
  return [FunctionName, { memoryMegabytes: MemorySize, storageGigabytes: EphemeralStorage.Size / 1024 }];
}
