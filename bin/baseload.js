#!/usr/bin/env node
// Runs the TypeScript command line as it stands; there is no build step.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'; // it would greet every user on Node 20
require('tsx/cjs');
require('./baseload.ts');
