// What a browser holds outside of JavaScript as well: a WebSocket is more than its object.

import { readFileSync } from "node:fs";

/** What all processes of the browser hold together, shared pages counted once. @param {import("playwright-core").Browser} browser */
export async function processMemory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.reduce((sum, { id }) => sum + proportionalSize(id), 0);
}

/** @param {number} pid */
function proportionalSize(pid) {
  try {
    return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]);
  } catch {
    // It has just ended.
    return 0;
  }
}
