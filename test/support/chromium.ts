import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium is: CHROMIUM_PATH, or by its names in PATH; undefined where there is none. */
function chromiumPath(): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  const folders = PATH.split(delimiter);
  const named = folders.flatMap((folder) => [join(folder, 'chromium'), join(folder, 'chromium-browser')]);
  return [...(CHROMIUM_PATH ? [CHROMIUM_PATH] : []), ...named].find((path) => existsSync(path));
}

const path = chromiumPath();

/** `describe` where there is a Chromium, or where BASELOAD_REQUIRE_CHROMIUM=1 says that there must be; else it is skipped, and says so. */
export const describeInBrowser: typeof describe | typeof describe.skip =
  path !== undefined || process.env.BASELOAD_REQUIRE_CHROMIUM === '1' ? describe : describe.skip;

if (path === undefined && process.env.BASELOAD_REQUIRE_CHROMIUM !== '1') {
  console.warn(
    'Tests of pages are skipped: there is no chromium in PATH, nor at CHROMIUM_PATH. apt-get install chromium',
  );
}

/** A browser without a window. */
export function openChromium(): Promise<Browser> {
  if (path === undefined) throw new Error('There is no chromium in PATH, nor at CHROMIUM_PATH');
  // Its sandbox needs a user other than root
  return chromium.launch({ executablePath: path, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
