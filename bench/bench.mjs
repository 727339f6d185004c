// Measures everything and prints it: `npm run bench`, or `npm run bench -- --quick` for short rounds whose results are
// not saved.
//
// Timings run in pages with a fake socket (page/plain.ts, page/react.tsx), network measurements against the real
// server (network.mjs). targets.mjs contains the targets and claims.mjs the design document's claims; results.json
// contains only measurements.

import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { startAcknowledging } from "./acknowledging.mjs";
import { launchChromium } from "./browsers/chromium.mjs";
import { launchFirefox } from "./browsers/firefox.mjs";
import { claimTables } from "./claims.mjs";
import { median } from "./median.mjs";
import { measureNetwork } from "./network.mjs";
import { print } from "./report.mjs";
import { saveResults } from "./results.mjs";
import { bundle, file, serve } from "./site.mjs";
import { measureSizes } from "./sizes.mjs";
import { targetTable } from "./targets.mjs";

const { values: flags } = parseArgs({ options: { quick: { type: "boolean", default: false } } });

const EFFORT = flags.quick ? { rounds: 7, batch: 3 } : { rounds: 31, batch: 6 };
/**
 * Each figure is the median of this many pages, because the compiler optimizes the same code differently in each page.
 *
 * @type {Record<string, number>}
 */
const PAGES = { Chromium: flags.quick ? 1 : 3, Firefox: 1 };
const CYCLES = flags.quick ? 2_000 : 10_000;

const plain = await serve(await bundle("page/plain.ts", file("page/no-react.ts")));
const react = await serve(await bundle("page/react.tsx"));
const networkPage = await bundle("page/network.tsx");
const acknowledging = await startAcknowledging();
const chromium = await launchChromium();
const firefox = await launchFirefox();

const results = {
  machine: { cores: cpus().length },
  browsers: { chromium: chromium.version, firefox: firefox?.version ?? null },
  sizes: await measureSizes(),
  chromium: { ...(await times(chromium)), ...(await memory()) },
  firefox: firefox && (await times(firefox)),
  network: await measureNetwork(chromium, networkPage, flags.quick ? 1 : 5),
};
await Promise.all([chromium.close(), firefox?.close(), plain.stop(), react.stop(), acknowledging.stop()]);

print(
  `Targets (Chromium ${results.browsers.chromium}, Firefox ${results.browsers.firefox ?? "not found"})`,
  targetTable(results),
);
for (const { title, rows } of claimTables(results.network)) print(title, rows);
if (flags.quick) console.log("Short rounds: results.json is unchanged.");
else saveResults(results, rounded);

/** @typedef {{name: string, open(url: string): Promise<{run: (name: string, ...args: unknown[]) => Promise<any>, close(): Promise<void>}>}} Browser */

/**
 * Runs a function of `bench` in a new page.
 *
 * @param {Browser} browser
 * @param {{origin: string}} server
 * @param {object} options of configure()
 * @param {[string, ...unknown[]]} call
 */
async function inPage(browser, server, options, call) {
  const page = await browser.open(server.origin);
  try {
    await page.run("setUp", options);
    return await page.run(...call);
  } finally {
    await page.close();
  }
}

/** Returns the median of each figure over several pages. @param {Parameters<typeof inPage>} run */
async function medianOfPages(...run) {
  const pages = [];
  for (let i = 0; i < (PAGES[run[0].name] ?? 1); i++) pages.push(await inPage(...run));
  return Object.fromEntries(
    Object.entries(pages[0]).map(([name, figures]) => [
      name,
      Object.fromEntries(Object.keys(figures).map((key) => [key, median(pages.map((page) => page[name][key]))])),
    ]),
  );
}

/** @param {Browser} browser */
async function times(browser) {
  /** @param {number[]} sizes @param {(size: number) => Promise<any>} measure */
  const each = async (sizes, measure) => {
    const figures = [];
    for (const open of sizes) figures.push({ open, ...(await measure(open)) });
    return figures;
  };
  return {
    dispatch: await each([1, 10, 100, 1_000, 10_000], (open) =>
      medianOfPages(browser, plain, {}, [
        "dispatch",
        open,
        true,
        ["ours", "least", "before", "after", "partysocket"],
        EFFORT,
      ]),
    ),
    // Layer 0 has no acknowledgements or gaps to track.
    dispatchLayer0: await each([1, 10, 100, 1_000, 10_000], (open) =>
      medianOfPages(browser, plain, { protocol: 0 }, ["dispatch", open, true, ["ours"], EFFORT]),
    ),
    unheard: await each([1, 100, 1_000, 10_000], (open) =>
      medianOfPages(browser, plain, {}, ["dispatch", open, false, ["ours", "after"], EFFORT]),
    ),
    unheardWithIdsAtEnd: await medianOfPages(browser, plain, {}, ["dispatch", 100, false, ["ours"], EFFORT, "end"]),
    adapted: await medianOfPages(browser, plain, {}, ["dispatch", 100, true, ["adapted"], EFFORT]),
    adaptedUnheard: await medianOfPages(browser, plain, {}, ["dispatch", 100, false, ["adapted"], EFFORT]),
    tricky: await inPage(browser, plain, {}, ["tricky"]),
    // With 1,000 open, react-use-websocket needs several milliseconds per message, so 10,000 are left out.
    rendering: await each([1, 10, 100, 1_000], (open) =>
      medianOfPages(browser, react, {}, [
        "rendering",
        open,
        ["ours", "before", "after", "react-use-websocket", "react-use-websocket, parsing once"],
        EFFORT,
      ]),
    ),
    reading: await each([1, 100], (open) =>
      medianOfPages(browser, react, {}, ["rendering", open, ["ours, reading lastMessage", "after"], EFFORT]),
    ),
    sending: await medianOfPages(browser, plain, {}, ["sending", EFFORT, null]),
    sendingLayer0: await medianOfPages(browser, plain, { protocol: 0 }, ["sending", EFFORT, null]),
    sendingReal: await medianOfPages(browser, plain, { url: acknowledging.url }, [
      "sending",
      EFFORT,
      acknowledging.url,
    ]),
  };
}

async function memory() {
  const FURTHER = 1_000;
  /** @type {Record<string, number>} */
  const perConversation = {};
  for (const name of ["nothing", "before", "after", "ours", "react-use-websocket"]) {
    const taken = [];
    for (let i = 0; i < (PAGES[chromium.name] ?? 1); i++) {
      const { one, all } = await inPage(chromium, react, {}, ["memory", name, FURTHER]);
      taken.push((all.heap + all.wasm - one.heap - one.wasm) / FURTHER);
    }
    perConversation[name] = median(taken);
  }
  return {
    memoryPerConversation: perConversation,
    cycles: {
      perBatch: CYCLES,
      subscriptions: await inPage(chromium, plain, {}, ["cycles", CYCLES, 5]),
      components: await inPage(chromium, react, {}, ["cycles", CYCLES, 5]),
    },
  };
}

/** Rounds to three digits, which is more than the figures' precision. @param {string} _ @param {unknown} value */
function rounded(_, value) {
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return Number(value.toPrecision(3));
}
