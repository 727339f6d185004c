// Imported before a program that renders: as on a server that has been running for a while, the core is loaded already,
// so that whatever subscribes connects at once. Each socket is reported.

import { configure, getStats, subscribe, subscribeState } from "inbox-socket";

globalThis.WebSocket = /** @type {any} */ (
  class {
    constructor(url) {
      console.log(`A socket was opened: ${url}`);
    }
  }
);
configure({ url: "ws://127.0.0.1:9/ws/inbox/" });
// Nothing else would keep the program running until then.
const running = setInterval(() => {}, 1_000);
/** @type {Promise<void>} */
const isLoaded = new Promise((resolve) => {
  subscribeState(() => {
    if (getStats()) resolve();
  });
  // It has left before it is there.
  subscribe(null, () => {})();
});
await isLoaded;
clearInterval(running);
