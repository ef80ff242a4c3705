import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder that holds package.json. */
export const projectRoot = join(__dirname, '..');

/** The folder a user edits. */
export const sourcesFolder = join(projectRoot, 'sources');

/** Everything that local mode writes. */
export const dataFolder = join(projectRoot, '.baseload');

/** This version, as in package.json. */
export function version(): string {
  return JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version;
}

/** How the reader started us, so that messages can say how to do it again. */
export function ownCommand(args: readonly string[] = process.argv.slice(2)): string {
  if (process.env.npm_lifecycle_event === 'start') {
    const extra = args.slice(1); // 'start' itself is in package.json's script
    return extra.length > 0 ? `npm start -- ${extra.join(' ')}` : 'npm start';
  }
  return ['npx baseload', ...args].join(' ');
}
