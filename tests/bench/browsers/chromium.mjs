// Chromium, with its garbage collector at the page's hand and a precise account of memory.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

export async function launchChromium() {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--js-flags=--expose-gc",
      "--enable-precise-memory-info",
    ],
  });
  return {
    name: "Chromium",
    version: browser.version(),
    browser,
    close: () => browser.close(),
    /** A page of its own process. @param {string} url */
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
          const result = await page.evaluate(
            ([name, args]) => /** @type {any} */ (globalThis).bench[name](...args),
            /** @type {const} */ ([name, args]),
          );
          if (errors.length > 0) throw new Error(`the page failed: ${errors.join("; ")}`);
          return result;
        },
        close: () => context.close(),
      };
    },
  };
}

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found) throw new Error(`no ${names.join(", ")} on the PATH: install Chromium, or name it by CHROMIUM`);
  return found;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
