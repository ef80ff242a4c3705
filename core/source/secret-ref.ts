/** A credential by name: a Secrets Manager secret on AWS, an environment variable on a laptop. */
export interface SecretRef {
  readonly secret: string;
}
