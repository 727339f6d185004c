// Finds a WebSocket client for Node.js that can send headers.

import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Returns a function that opens a WebSocket with these headers: the application's `ws` package if it is installed, or
 * else the WebSocket of Node.js 22 and newer.
 *
 * @returns {Promise<(url: string, headers: Record<string, string>) => any>} throws an Error if there is neither
 */
export async function findWebSocket() {
  const Ws = installed("ws");
  // No compression: it would hide the size of a frame from the server's limit.
  if (Ws) return (url, headers) => new Ws(url, { headers, perMessageDeflate: false, maxPayload: 2 ** 24 });
  const Own = globalThis.WebSocket;
  if (Own) return (url, headers) => new Own(url, /** @type {any} */ ({ headers }));
  throw new Error("Node.js must be 22 or newer, or the package `ws` installed: npm install --save-dev ws");
}

/** From the folder of the application first: with `npx`, this package may be stored elsewhere. @param {string} name */
function installed(name) {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return createRequire(from)(name);
    } catch {}
  }
}
