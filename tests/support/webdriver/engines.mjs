// The three engines: the driver of each, and its options.

import { CHROMIUM_ARGUMENTS, find, findChromium, findFirefox } from "../find.mjs";

/**
 * @typedef {object} Engine
 * @property {string} title
 * @property {(port: string) => [program: string, ...args: string[]]} driver
 * @property {() => Record<string, unknown>} capabilities
 * @property {Record<string, string>} [env] of the driver
 * @property {boolean} [playsPhone] whether it can emulate a phone
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
    // Without this, the port of its other protocol is fixed, and two drivers collide.
    driver: (port) => [find("geckodriver", "geckodriver"), "--port", port, "--websocket-port", "0"],
    capabilities: () => ({
      "moz:firefoxOptions": {
        binary: findFirefox(),
        args: ["-headless"],
        // Its viewer for JSON would take the place of a test's page.
        prefs: { "devtools.jsonview.enabled": false },
      },
    }),
  },
  webkit: {
    title: "WebKitGTK",
    // It has its own browser, which needs a display, for example xvfb-run's.
    driver: (port) => [find("WebKitWebDriver, in Debian webkit2gtk-driver", "WebKitWebDriver"), `--port=${port}`],
    capabilities: () => ({}),
    env: {
      // The sandbox doesn't work inside a container, and the pages are our own.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      // Intl throws in the locale C, which has no language.
      LC_ALL: "en_GB.UTF-8",
    },
  },
};

/** Returns the engine that the variable ENGINE names. */
export function chosenEngine() {
  const { ENGINE = "chromium" } = process.env;
  const engine = ENGINES[ENGINE];
  if (!engine) throw new Error(`ENGINE must be one of ${Object.keys(ENGINES).join(", ")}; got ${ENGINE}`);
  return engine;
}
