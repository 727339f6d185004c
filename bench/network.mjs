// Measures each architecture on a real network with a real server, for the design document's three tables.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

import { logIn, startBackend } from "./backend.mjs";
import { launchChromium } from "./browsers/chromium.mjs";
import { processMemory } from "./browsers/process-memory.mjs";
import { median } from "./median.mjs";
import { CountingLine } from "../tests/support/counting-line.mjs";

const SIZES = [1, 10, 100];
const ARCHITECTURES = ["before", "after", "ours"];
/** The server pings each socket this often (uvicorn's default). */
const PING_INTERVAL = 20;
/** How long pings are counted, in intervals. */
const INTERVALS = 2;
/** Length of the outage, in seconds. */
const CUT = 10;

const sleep = (/** @type {number} */ seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/**
 * @typedef {Awaited<ReturnType<typeof launchChromium>>} Chromium
 * @typedef {Awaited<ReturnType<Chromium["open"]>>} Page
 */

/**
 * @param {Chromium} chromium
 * @param {Map<string, Uint8Array>} files the page
 * @param {number} rounds for the memory of the browser's processes
 */
export async function measureNetwork(chromium, files, rounds) {
  const dist = mkdtempSync(join(tmpdir(), "inbox-socket-bench-page-"));
  for (const [path, contents] of files) {
    writeFileSync(join(dist, path === "/" ? "index.html" : path), contents);
  }
  const server = await startBackend(["--users", "2", "--conversations", String(SIZES.at(-1))], {
    environment: { APP_DIST: dist },
  });
  try {
    const cookie = await logIn(server.origin, "u1");
    const headers = { cookie, origin: server.origin };
    const response = await fetch(`${server.origin}/api/conversations`, { headers });
    const { conversations } = await response.json();
    const ids = conversations
      .map((/** @type {{id: number}} */ { id }) => id)
      .sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
    const speaker = new WebSocket(`ws://127.0.0.1:${server.port}/ws/inbox/`, { headers });
    await new Promise((resolve, reject) => speaker.on("open", resolve).on("error", reject));

    const cases = [];
    for (const size of SIZES) {
      for (const name of ARCHITECTURES) {
        cases.push(await Case.open(chromium, server.port, name, ids.slice(0, size), speaker));
      }
    }
    await countPings(cases);
    await cutTheLine(cases);
    for (const one of cases) await one.close();
    speaker.close();
    /** @type {Record<string, number>} */
    const perConversation = {};
    for (const name of ARCHITECTURES)
      perConversation[name] = await memoryPerConversation(server.origin, name, ids, rounds);
    return {
      cases: cases.map(({ name, ids, measured }) => ({
        architecture: name,
        conversations: ids.length,
        ...measured,
      })),
      processMemoryPerConversation: perConversation,
    };
  } finally {
    await server.stop();
    rmSync(dist, { recursive: true, force: true });
  }
}

/** @param {Page} page @param {(counts: any) => boolean} condition */
async function until(page, condition) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(0.05)) {
    if (condition(await page.run("read"))) return;
  }
  throw new Error(`still false after a minute: ${condition}`);
}

/** One architecture with a number of conversations, in its own page and on its own line. */
class Case {
  /** @type {Record<string, number>} */
  measured = {};

  /**
   * Opens the conversations, and has the speaker send one message to each.
   *
   * @param {Chromium} chromium @param {number} port @param {string} name @param {number[]} ids @param {WebSocket} speaker
   */
  static async open(chromium, port, name, ids, speaker) {
    const proxy = new CountingLine(port);
    const page = await chromium.open(await proxy.start());
    const one = new Case(name, ids, proxy, page);
    await page.run("logIn", "u2");

    const empty = await page.run("heapAndWasm");
    const { bytesUp, bytesDown } = proxy;
    await page.run("show", name, ids);
    await until(one.page, (now) => now.connected === ids.length);
    // Wait for the connections to settle.
    await sleep(1);
    const open = await page.run("read");
    const held = await page.run("heapAndWasm");
    Object.assign(one.measured, {
      sockets: open.open,
      handshakes: proxy.handshakes,
      bytesToConnect: proxy.bytesUp - bytesUp + proxy.bytesDown - bytesDown,
      callbacksToConnect: open.lifecycle,
      rendersToConnect: open.renders,
      heap: held.heap - empty.heap + held.wasm,
    });

    for (const id of ids) speaker.send(JSON.stringify({ conversation_id: id, message: "Hello" }));
    await until(one.page, (now) => now.heard - open.heard >= ids.length);
    await sleep(0.2);
    const heard = await page.run("read");
    if (heard.heard - open.heard !== ids.length || heard.astray > 0) throw new Error(`${name}: messages went astray`);
    for (const [count, member] of Object.entries({
      callbacksPerMessage: "messages",
      parsesPerMessage: "parses",
      looksPerMessage: "looks",
      rendersPerMessage: "renders",
    })) {
      one.measured[count] = (heard[member] - open[member]) / ids.length;
    }
    return one;
  }

  /**
   * @param {string} name @param {number[]} ids @param {CountingLine} proxy @param {Page} page
   */
  constructor(name, ids, proxy, page) {
    this.name = name;
    this.ids = ids;
    this.proxy = proxy;
    this.page = page;
  }

  async close() {
    await this.page.close();
    this.proxy.stop();
  }
}

/** Counts the pings of all cases during the same interval. @param {Case[]} cases */
async function countPings(cases) {
  const before = await Promise.all(
    cases.map(async ({ proxy, page }) => ({ pings: proxy.pings, page: await page.run("read") })),
  );
  await sleep(INTERVALS * PING_INTERVAL);
  for (const [i, one] of cases.entries()) {
    const then = before[i] ?? { pings: NaN, page: {} };
    const { clientPings } = await one.page.run("read");
    one.measured.pingsPerInterval = (one.proxy.pings - then.pings) / INTERVALS;
    one.measured.clientPingsPerInterval = (clientPings - then.page.clientPings) / INTERVALS;
  }
}

/** Cuts all lines at the same time, so that every case has the same conditions. @param {Case[]} cases */
async function cutTheLine(cases) {
  const before = await Promise.all(cases.map(({ page }) => page.run("read")));
  for (const { proxy } of cases) proxy.refuse();
  await sleep(CUT);
  await Promise.all(cases.map(({ proxy }) => proxy.mend()));
  for (const [i, one] of cases.entries()) {
    await until(one.page, (now) => now.connected === one.ids.length);
    const now = await one.page.run("read");
    one.measured.reconnectionAttempts = now.sockets - before[i].sockets;
    one.measured.callbacksToReconnect = now.lifecycle - before[i].lifecycle;
    one.measured.rendersToReconnect = now.renders - before[i].renders;
  }
}

/**
 * Returns the bytes that each additional conversation takes in all the browser's processes. Each round starts a new
 * browser, because a browser keeps the memory of closed sockets for later ones.
 *
 * @param {string} origin @param {string} name @param {number[]} ids @param {number} rounds
 */
async function memoryPerConversation(origin, name, ids, rounds) {
  const taken = [];
  for (let round = 0; round < rounds; round++) {
    const chromium = await launchChromium();
    const page = await chromium.open(origin);
    await page.run("logIn", "u2");
    const held = [];
    for (const open of [ids.slice(0, 1), ids]) {
      await page.run("show", name, open);
      await until(page, (now) => now.connected === open.length);
      await sleep(2);
      await page.run("heapAndWasm");
      held.push(await processMemory(chromium.browser));
    }
    taken.push((held[1] - held[0]) / (ids.length - 1));
    await chromium.close();
  }
  return median(taken);
}
