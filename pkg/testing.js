// inbox-socket/testing: a fake server for the tests of applications. testing.d.ts documents each member.

import { client } from "./lib/client.js";
import { compile } from "./wasm/inline-core.js";
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

/** The inboxes that are in use. @type {Set<ReturnType<typeof client>>} */
const inboxes = new Set();

/** See testing.d.ts. */
export function fakeServer(options = {}) {
  if (inUse) throw new Error("a fake server is already in use; call its restore() at the end of each test");
  // With the page's clock still in use, so that the timers of an earlier connection are cleared.
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
  const began = (inbox) => void inboxes.add(inbox);
  const fake = inUse ? { wasm: (compiled ??= compile()), share: false, url: ownUrl(), time } : {};
  for (const inbox of inboxes.add(client())) inbox.reset({ ...fake, began });
  inboxes.clear();
}

/** Waits until each core is loaded that is being loaded: that takes real time, which advance() does not move. */
async function loaded() {
  for (const inbox of inboxes) await coreOf(inbox);
}

async function coreOf({ getState, getStats, subscribeState }) {
  while (getState().isConnecting && getStats() === null) {
    await new Promise((resolve) => {
      const unwatch = subscribeState(() => {
        unwatch();
        resolve(undefined);
      });
    });
  }
}

/** Returns an absolute address outside a page, where the default one has no base. */
function ownUrl() {
  return globalThis.location ? undefined : "ws://localhost/ws/inbox/";
}
