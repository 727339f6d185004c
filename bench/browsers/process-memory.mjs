// A browser's memory, including what lies outside the JavaScript heap, as most of a WebSocket does.

import { readFileSync } from "node:fs";

/**
 * Returns the memory of all the browser's processes in bytes, with shared pages counted once.
 *
 * @param {import("playwright-core").Browser} browser
 */
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
    // The process has just ended.
    return 0;
  }
}
