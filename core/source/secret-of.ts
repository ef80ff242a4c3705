import type { Auth } from './source';

/** The name of the credential that a source needs; undefined when it needs none. */
export function secretOf(auth: Auth): string | undefined {
  switch (auth.type) {
    case 'none':
      return undefined;
    case 'bearer':
      return auth.token.secret;
    case 'api-key':
      return auth.key.secret;
  }
}
