// One Chromium for all tests of a file, for those who need it only as a place to run in.

import { after } from "node:test";
import { chromium } from "playwright-core";

import { CHROMIUM_ARGUMENTS, findChromium } from "./find.mjs";

/** @type {Promise<import("playwright-core").Browser> | undefined} */
let launched;

after(async () => (await launched)?.close());

/** The browser, started by whoever asks first. */
export function browser() {
  launched ??= chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGUMENTS });
  return launched;
}
