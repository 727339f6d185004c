// Reuses browsers between the tests of a file, because starting one takes seconds.

import { after } from "node:test";

import { Browser } from "./browser.mjs";
import { chosenEngine } from "./engines.mjs";

/** @type {Browser[]} */
const idle = [];

after(() => Promise.all(idle.map((browser) => browser.close())));

/** Lends a browser with an empty page to a test. @param {import("node:test").TestContext} t */
export async function borrowBrowser(t) {
  const browser = idle.pop() ?? (await Browser.start(chosenEngine()));
  t.after(async () => {
    const isGood =
      !browser.isWorn &&
      (await browser.clear().then(
        () => true,
        () => false,
      ));
    if (isGood) idle.push(browser);
    else await browser.close();
  });
  return browser;
}
