import { S3Client } from '@aws-sdk/client-s3';
import { signRequest } from '../../aws/sign-request';
import { systemClock } from '../../core/clock';
import { createAuthorizer } from '../../core/extract/auth/authorizer';
import { type Client, createClient } from '../../core/extract/http/client';
import { clientOptions } from '../../core/extract/http/client-options';
import { mask } from '../../core/extract/http/mask';
import { createPacer } from '../../core/extract/pace/pacer';
import type { ExtractServices } from '../../core/extract/page/fetch-page';
import type { Clock, Secrets, Telemetry } from '../../core/run/ports';
import type { Source } from '../../core/source/source';

/** A request for a page that was answered; nothing in it is a credential. */
export interface ShownRequest {
  /** Method and URL. */
  readonly request: string;
  readonly body?: string;
  readonly status: number;
  /** Of the answer's body, decoded. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** A source that is asked from this process. */
export interface PreviewSource {
  readonly services: ExtractServices;
  /** Every request for a page so far; those for tokens are left out. */
  readonly requests: readonly ShownRequest[];
  close(): Promise<void>;
}

/** Opens a source with a lane's part of its limits. When `signal` aborts, whatever waits ends with its reason. */
export async function openSource(
  source: Source,
  secrets: Secrets,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<PreviewSource> {
  const client = createClient(await clientOptions(source, secrets));
  const requests: ShownRequest[] = [];
  const clock = stoppable(systemClock, signal);
  // The keys of whoever sits here stand in for the function's role.
  const sign = signRequest(() => new S3Client({ region: 'us-east-1' }).config.credentials());
  return {
    requests,
    services: {
      client: watched(client, signal, (request) => requests.push(request)),
      authorizer: createAuthorizer(source, { secrets, client, clock, sign }),
      pacer: createPacer(source.limits, clock, 'lane'),
      telemetry: telling(say),
      clock,
    },
    close: () => client.close(),
  };
}

function watched(client: Client, stop: AbortSignal, seen: (request: ShownRequest) => void): Client {
  return {
    async send(request, signal, beforeRedirect) {
      const began = performance.now();
      const answer = await client.send(request, either(stop, signal), beforeRedirect);
      seen({
        request: request.shown,
        ...(request.body === undefined ? {} : { body: mask(request.body, request.credentials) }),
        status: answer.status,
        bytes: answer.body.length,
        milliseconds: Math.round(performance.now() - began),
      });
      return answer;
    },
    close: () => client.close(),
  };
}

function stoppable(clock: Clock, stop: AbortSignal): Clock {
  return { ...clock, sleep: (milliseconds, signal) => clock.sleep(milliseconds, either(stop, signal)) };
}

function either(stop: AbortSignal, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? stop : AbortSignal.any([stop, signal]);
}

/** Says why nothing seems to happen. */
function telling(say: (line: string) => void): Telemetry {
  return {
    count() {},
    info() {},
    warn(message, { waitSeconds } = {}) {
      const wait = typeof waitSeconds === 'number' ? `: waiting for ${waitSeconds.toFixed(1)} s` : '';
      say(`  ${message}${wait}`);
    },
  };
}
