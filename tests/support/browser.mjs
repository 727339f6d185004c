// One Chromium shared by all tests of a file.

import { after } from "node:test";
import { chromium } from "playwright-core";

import { CHROMIUM_ARGUMENTS, findChromium } from "./find.mjs";

/** @type {Promise<import("playwright-core").Browser> | undefined} */
let launched;

after(async () => (await launched)?.close());

/** Returns the shared browser, which the first call starts. */
export function browser() {
  launched ??= chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGUMENTS });
  return launched;
}
