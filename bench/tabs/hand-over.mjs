// How long it takes until another tab has the connection.

import { run } from "../browsers/chromium.mjs";
import { median } from "../median.mjs";
import { Group, sleep } from "./group.mjs";

const TABS = 5;

/** In ms: longer than followers wait for a leader. */
export const HANGING = 9_000;

/** How a leader ends, and how often that is measured. @type {[how: string, count: number, end: (leader: any) => any][]} */
const ENDS = [
  ["is closed", 20, (leader) => leader.close()],
  ["crashes", 20, (leader) => void leader.goto("chrome://crash").catch(() => {})],
  ["navigates away", 20, (leader) => leader.goto("about:blank")],
  // Chromium freezes no page that it is driven through, so the event is the benchmark's.
  [
    "freezes",
    20,
    async (leader) => {
      await leader.evaluate(() => void document.dispatchEvent(new Event("freeze")));
      run(leader, "hang", 3_000).catch(() => {});
    },
  ],
  ["hangs", 5, (leader) => void run(leader, "hang", HANGING).catch(() => {})],
];

/** @param {import("./group.mjs").Site} site */
export async function measureHandOver(site) {
  const handOver = [];
  for (const [how, count, end] of ENDS) {
    const times = [];
    const group = await Group.open(site, true, TABS);
    while (times.length < count) {
      const leader = await group.takeLeader();
      const since = Date.now();
      await end(leader);
      times.push(await takenOver(group, since));
      await leader.close().catch(() => {});
      await group.add();
      await group.settle();
    }
    await group.close();
    handOver.push({ how, count, median: median(times), worst: Math.max(...times) });
  }
  return handOver;
}

/** Returns the ms from `since` until one of these tabs has opened a WebSocket. @param {Group} group @param {number} since */
async function takenOver(group, since) {
  for (;;) {
    const states = await group.states();
    const times = states.flatMap(({ connected }) => connected).filter((time) => time >= since);
    if (times.length > 0) return Math.min(...times) - since;
    await sleep(10);
  }
}
