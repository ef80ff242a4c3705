import type { SecretRef } from '../secret-ref';
import { leaf } from './schema-parts';

/** What both a Secrets Manager name and an environment variable can be derived from. */
const secretPattern = /^[A-Za-z][A-Za-z0-9/_.-]{0,99}$/;

/** A credential by name. */
export const secretRef = leaf<SecretRef>(
  isSecretRef,
  "secret('name'), its name of letters, digits and / _ . - (the credential itself is never written down)",
);

/** A text that is no credential, or a credential by name. */
export const textOrSecret = leaf<string | SecretRef>(
  (value) => (typeof value === 'string' ? value !== '' : isSecretRef(value)),
  "a text, or secret('name')",
);

function isSecretRef(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 1 &&
    'secret' in value &&
    typeof value.secret === 'string' &&
    secretPattern.test(value.secret)
  );
}
