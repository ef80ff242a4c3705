/** A body that turned out not to be JSON where it was looked at; says how. */
export class MalformedJsonError extends Error {}
