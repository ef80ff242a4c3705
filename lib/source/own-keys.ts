/** The context keys of the app itself; settings of sources have a colon. */
export const ownKeys = ['alarmEmail', 'sources', 'environment', 'sample'] as const;

/** The one of them that may be for one environment alone. */
export const perEnvironment = 'alarmEmail';

/** Whether a value of the context has keys of its own; a list has none. */
export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
