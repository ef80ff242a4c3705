import { type AuthServices, createAuthorizer } from '../core/extract/auth/authorizer';
import { createClient } from '../core/extract/http/client';
import { clientOptions } from '../core/extract/http/client-options';
import type { ExtractServices } from '../core/extract/page/fetch-page';
import type { Source } from '../core/source/source';

/** What a function has from its cold start on. */
type ColdServices = Omit<AuthServices, 'client'> & Pick<ExtractServices, 'pacer' | 'telemetry' | 'clock'>;

/**
 * What asks a source for pages, one for the life of a container. Made when it is first needed, since a client with a
 * certificate reads secrets; one that could not be made is tried again.
 */
export function extractOnce(source: Source, cold: ColdServices): () => Promise<ExtractServices> {
  let made: Promise<ExtractServices> | undefined;
  const make = async (): Promise<ExtractServices> => {
    const client = createClient(await clientOptions(source, cold.secrets));
    const authorizer = createAuthorizer(source, { ...cold, client });
    return { client, authorizer, pacer: cold.pacer, telemetry: cold.telemetry, clock: cold.clock };
  };
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
