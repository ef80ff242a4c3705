#!/usr/bin/env node
// Runs the TypeScript command line as it stands; there is no build step.
require('tsx/cjs');
require('./baseload.ts');
