// Chromium, started so that the page can collect garbage and read precise memory figures.

import { chromium } from "playwright-core";

import { CHROMIUM_ARGUMENTS, findChromium } from "../../tests/support/find.mjs";

export async function launchChromium() {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [...CHROMIUM_ARGUMENTS, "--js-flags=--expose-gc", "--enable-precise-memory-info"],
  });
  return {
    name: "Chromium",
    version: browser.version(),
    browser,
    close: () => browser.close(),
    /** Opens a page in a separate context. @param {string} url */
    async open(url) {
      const context = await browser.newContext();
      const page = await context.newPage();
      /** @type {string[]} */
      const errors = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(url);
      await page.waitForFunction("globalThis.bench");
      return {
        page,
        /** Calls a function of the page's `bench`. @param {string} name @param {unknown[]} args */
        async run(name, ...args) {
          const result = await run(page, name, ...args);
          if (errors.length > 0) throw new Error(`the page failed: ${errors.join("; ")}`);
          return result;
        },
        close: () => context.close(),
      };
    },
  };
}

/**
 * Calls a function of the page's `bench`.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name
 * @param {unknown[]} args
 */
export function run(page, name, ...args) {
  return page.evaluate(
    ([name, args]) => /** @type {any} */ (globalThis).bench[name](...args),
    /** @type {const} */ ([name, args]),
  );
}
