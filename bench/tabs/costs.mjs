// What 1, 5 and 20 tabs cost.

import { run } from "../browsers/chromium.mjs";
import { processMemory } from "../browsers/process-memory.mjs";
import { median, percentile } from "../median.mjs";
import { Group, sleep } from "./group.mjs";

const TABS = [1, 5, 20];
/** Browsers for each case: figures are the medians. */
const ROUNDS = 3;
const MESSAGES = 100;
/** Between two messages, in ms: below the server's limit. */
const PAUSE = 30;

/** @param {import("./group.mjs").Site} site */
export async function measureCosts(site) {
  const costs = [];
  for (const tabs of TABS) {
    for (const share of [false, true]) {
      const rounds = [];
      for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(site, tabs, share));
      const each = (/** @type {keyof typeof rounds[0]} */ name) => median(rounds.map((round) => round[name]));
      costs.push({
        tabs,
        share,
        sockets: each("sockets"),
        bytesPerMessage: Math.round(each("bytesPerMessage")),
        memory: Math.round(each("memory")),
        latency: Number(each("latency").toFixed(2)),
        latency95: Number(each("latency95").toFixed(2)),
      });
    }
  }
  return costs;
}

/** @param {import("./group.mjs").Site} site @param {number} tabs @param {boolean} share */
async function measure(site, tabs, share) {
  const { line, speaker, conversation } = site;
  const group = await Group.open(site, share, tabs);
  try {
    const sockets = line.webSockets.filter(({ isOpen }) => isOpen).length;
    await sleep(2_000);
    const memory = await processMemory(group.browser);
    const bytes = () => line.bytesUp + line.bytesDown;

    const before = { bytes: bytes(), heard: (await group.states()).map(({ heard }) => heard) };
    for (let number = 0; number < MESSAGES; number++) {
      speaker.send(JSON.stringify({ conversation_id: conversation, message: `to all ${number}` }));
      await sleep(PAUSE);
    }
    const hasAll = (/** @type {{heard: number}} */ { heard }, /** @type {number} */ n) =>
      heard - (before.heard[n] ?? 0) === MESSAGES;
    while (!(await group.states()).every(hasAll)) await sleep(50);
    const bytesPerMessage = (bytes() - before.bytes) / MESSAGES;

    // A follower, if there is one: its messages and their acknowledgements pass through the leader.
    const states = await group.states();
    const tab =
      group.tabs[
        Math.max(
          states.findIndex(({ role }) => role === "follower"),
          0,
        )
      ];
    const times = await run(/** @type {any} */ (tab), "send", MESSAGES, PAUSE);
    return { sockets, memory, bytesPerMessage, latency: median(times), latency95: percentile(times, 0.95) };
  } finally {
    await group.close();
    while (line.webSockets.some(({ isOpen }) => isOpen)) await sleep(50);
  }
}
