// Runs the TypeScript as it stands: see run-aws.ts.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
require('tsx/cjs');
require('./run-aws.ts');
