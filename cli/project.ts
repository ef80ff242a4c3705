import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder that holds package.json. */
export const projectRoot = join(__dirname, '..');

/** The folder a user edits; BASELOAD_SOURCES names another. */
export const sourcesFolder = resolve(process.env.BASELOAD_SOURCES || join(projectRoot, 'sources'));

/** Everything that local mode writes; BASELOAD_DATA names another folder, for example on a larger disk. */
export const dataFolder = resolve(process.env.BASELOAD_DATA || join(projectRoot, '.baseload'));

/** This version, as in package.json. */
export function version(): string {
  return JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version;
}

/** The command that goes on with what this one has begun: the same, but for `--restart`, which would give that up. */
export function continuingCommand(args: readonly string[] = process.argv.slice(2)): string {
  return ownCommand(args.filter((arg) => arg !== '--restart'));
}

/** How the reader started us, so that messages can say how to do it again. */
export function ownCommand(args: readonly string[] = process.argv.slice(2)): string {
  if (process.env.npm_lifecycle_event === 'start') {
    const extra = args.slice(1); // 'start' itself is in package.json's script
    return extra.length > 0 ? `npm start -- ${extra.join(' ')}` : 'npm start';
  }
  return ['npx baseload', ...args].join(' ');
}
