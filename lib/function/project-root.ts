import { resolve } from 'node:path';

/** The folder that holds package.json, lambda/ and everything else. */
export const projectRoot = resolve(__dirname, '..', '..');
