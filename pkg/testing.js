// inbox-socket/testing: a server for the unit tests of those who use the package. What each member does is said in
// testing.d.ts.

import { client } from "./lib/client.js";
import { compile } from "./wasm/inline.js";
import { replaceGlobals } from "./lib/testing/globals.js";
import { Server } from "./lib/testing/server.js";
import { Time } from "./lib/testing/time.js";
import { webSocketOf } from "./lib/testing/web-socket.js";

/** @type {Server | null} */
let inUse = null;
/** @type {Time | undefined} */
let time;
/** The core, compiled once for all tests of a file. @type {Promise<any> | undefined} */
let compiled;

/** See testing.d.ts. */
export function fakeServer(options = {}) {
  if (inUse) throw new Error("a fake server is in use already; call its restore() at the end of each test");
  // With the page's time still in place, so that nothing of before is left to ring.
  reset();
  const moved = (time = new Time());
  const server = (inUse = new Server({ protocol: 1, userId: 1, ...options }, { advance, restore }));
  const restoreGlobals = replaceGlobals({ WebSocket: webSocketOf(server) });
  reset();
  return server;

  async function advance(ms) {
    await loaded();
    await moved.advance(ms);
  }

  function restore() {
    if (inUse !== server) return;
    inUse = null;
    reset();
    moved.stop();
    restoreGlobals();
  }
}

/** See testing.d.ts. */
export function reset() {
  client().reset(inUse ? { wasm: (compiled ??= compile()), url: ownUrl(), time } : {});
}

/** Waits for the core, which takes a time of its own where it is asked for. */
async function loaded() {
  const { getState, getStats, subscribeState } = client();
  while (getState().isConnecting && getStats() === null) {
    await new Promise((resolve) => {
      const unwatch = subscribeState(() => {
        unwatch();
        resolve(undefined);
      });
    });
  }
}

/** Outside a page there is nothing for the default address to be relative to. */
function ownUrl() {
  return globalThis.location ? undefined : "ws://localhost/ws/inbox/";
}
