import type { Clock } from '../../../../core/run/ports';
import type { Auth, Tls } from '../../../../core/source/source';
import type { Received, Reply } from '../exchange';

/** What a door is built with. */
export interface DoorOptions {
  /** Absolute. */
  readonly tokenUrl: string;
  readonly clock: Clock;
}

/** The door of one API: what a source file says of it, and who it lets in. */
export interface Door {
  readonly auth: Auth;
  readonly tls?: Tls;
  /** The source's secrets by name, at the beginning. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Why a request is not let in; undefined lets it in. */
  refuse(received: Received): string | undefined | Promise<string | undefined>;
  /** Answers at the token URL. */
  token?(received: Received): Reply;
  /** Every text that nobody else may see, so far. */
  credentials(): readonly string[];
}

/** One way to let requests in. */
export interface AuthCase {
  readonly name: string;
  /** Serves HTTPS and asks for a certificate. @default false */
  readonly mutualTls?: boolean;
  open(options: DoorOptions): Door;
}
