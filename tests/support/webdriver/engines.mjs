// The three engines: which program drives each, and what it is told.

import { CHROMIUM_ARGUMENTS, find, findChromium, findFirefox } from "../find.mjs";

/**
 * @typedef {object} Engine
 * @property {string} title
 * @property {(port: string) => [program: string, ...args: string[]]} driver
 * @property {() => Record<string, unknown>} capabilities
 * @property {Record<string, string>} [env] of the driver
 * @property {boolean} [playsPhone] it can show a page as a phone would
 */

/** @type {Record<string, Engine>} */
export const ENGINES = {
  chromium: {
    title: "Chromium",
    driver: (port) => [find("chromedriver, in Debian chromium-driver", "chromedriver"), `--port=${port}`],
    capabilities: () => ({
      "goog:chromeOptions": {
        binary: findChromium(),
        args: ["--headless", "--window-size=1280,800", ...CHROMIUM_ARGUMENTS],
      },
    }),
    playsPhone: true,
  },
  firefox: {
    title: "Firefox",
    // The port of its other protocol is always the same one unless it may choose.
    driver: (port) => [find("geckodriver", "geckodriver"), "--port", port, "--websocket-port", "0"],
    capabilities: () => ({ "moz:firefoxOptions": { binary: findFirefox(), args: ["-headless"] } }),
  },
  webkit: {
    title: "WebKitGTK",
    // It brings its own browser, and wants a display: that of xvfb-run will do.
    driver: (port) => [find("WebKitWebDriver, in Debian webkit2gtk-driver", "WebKitWebDriver"), `--port=${port}`],
    capabilities: () => ({}),
    env: {
      // No sandbox can be had inside a container, and the pages are our own.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      // In the locale C, which has no language, Intl throws.
      LC_ALL: "en_GB.UTF-8",
    },
  },
};

/** The engine that this run is for. */
export function chosenEngine() {
  const { ENGINE = "chromium" } = process.env;
  const engine = ENGINES[ENGINE];
  if (!engine) throw new Error(`ENGINE=${ENGINE}: there are ${Object.keys(ENGINES).join(", ")}`);
  return engine;
}
