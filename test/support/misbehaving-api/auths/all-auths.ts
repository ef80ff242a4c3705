import type { AuthCase } from './auth-case';
import { oauth2Auths } from './oauth2';
import { sigV4Auth } from './sigv4';
import { staticAuths } from './static-credentials';

/** Every way to let requests in that is covered. */
export const allAuths: readonly AuthCase[] = [...staticAuths, ...oauth2Auths, sigV4Auth];

/** A way to let requests in by its name. */
export function authNamed(name: string): AuthCase {
  const found = allAuths.find((one) => one.name === name);
  if (found) return found;
  throw new Error(`there is no auth '${name}': there are ${allAuths.map((one) => one.name).join('; ')}`);
}
