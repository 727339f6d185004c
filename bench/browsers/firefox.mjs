// Firefox, driven by geckodriver over the WebDriver protocol, the only one that Debian's Firefox supports.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const MINUTES = 60_000;

/** @returns the same interface as launchChromium, or null if geckodriver is not installed */
export async function launchFirefox() {
  const driver = spawn("geckodriver", ["--port", "0"], { stdio: ["ignore", "pipe", "ignore"] });
  const started = await once(driver, "spawn").then(
    () => true,
    () => false,
  );
  if (!started) return null;
  // Ends the driver even if the benchmark fails.
  process.on("exit", () => driver.kill());
  const origin = await listening(driver);

  /** @param {string} method @param {string} path @param {object} [body] of a POST */
  async function command(method, path, body) {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: method === "POST" ? JSON.stringify(body) : undefined,
    });
    const { value } = /** @type {{value: any}} */ (await response.json());
    if (!response.ok) throw new Error(`Firefox: ${value.message}`);
    return value;
  }

  const { sessionId, capabilities } = await command("POST", "/session", {
    capabilities: {
      alwaysMatch: {
        "moz:firefoxOptions": { args: ["-headless"], prefs: { "privacy.reduceTimerPrecision": false } },
      },
    },
  });
  const session = `/session/${sessionId}`;
  await command("POST", `${session}/timeouts`, { script: 30 * MINUTES });
  // The first window stays open: the session would end with its last window.
  const first = await command("GET", `${session}/window`);

  return {
    name: "Firefox",
    version: /** @type {string} */ (capabilities.browserVersion),
    async close() {
      await command("DELETE", session);
      driver.kill();
    },
    /** @param {string} url */
    async open(url) {
      const { handle } = await command("POST", `${session}/window/new`, { type: "tab" });
      await command("POST", `${session}/window`, { handle });
      await command("POST", `${session}/url`, { url });
      return {
        /** @param {string} name @param {unknown[]} args */
        async run(name, ...args) {
          const script = `const [name, args, done] = arguments;
            (async () => {
              while (!globalThis.bench) await new Promise((resolve) => setTimeout(resolve, 10));
              return bench[name](...args);
            })().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
          const { value, error } = await command("POST", `${session}/execute/async`, {
            script,
            args: [name, args],
          });
          if (error) throw new Error(`Firefox: ${error}`);
          return value;
        },
        async close() {
          await command("DELETE", `${session}/window`);
          await command("POST", `${session}/window`, { handle: first });
        },
      };
    },
  };
}

/** @param {import("node:child_process").ChildProcess} driver */
async function listening(driver) {
  for await (const line of createInterface({ input: /** @type {any} */ (driver.stdout) })) {
    const address = /Listening on ([\d.:]+)/i.exec(line)?.[1];
    if (address) {
      driver.stdout?.resume();
      return `http://${address}`;
    }
  }
  throw new Error("geckodriver ended before it printed its address");
}
