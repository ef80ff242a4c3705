import { mask } from '../http/mask';

/** Credentials that are remembered, at most: those of all requests that may be under way, where each has its own signature. */
const most = 500;

/** A shorter one lets nobody in, and would be found in every message. */
const shortest = 4;

/** The credentials that requests were given lately. */
export class HandedOut {
  readonly #credentials = new Set<string>();

  /** One that was added before counts as new: what lasts is never forgotten. */
  add(credentials: readonly string[]): void {
    for (const credential of credentials) {
      if (credential.length < shortest) continue;
      this.#credentials.delete(credential);
      this.#credentials.add(credential);
    }
    for (const oldest of this.#credentials) {
      if (this.#credentials.size <= most) break;
      this.#credentials.delete(oldest);
    }
  }

  /** The text with '***' for every one of them. */
  redact(text: string): string {
    return mask(text, [...this.#credentials]);
  }
}
