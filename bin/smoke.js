// npm run smoke:aws -- --env <name>: runs cli/smoke.ts as it stands; there is no build step.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
require('tsx/cjs');
void require('../cli/smoke.ts').main(process.argv);
