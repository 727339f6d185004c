// A program that renders imports this first. It loads the core, as on a server that has run for a while, so that a
// subscription would connect at once, and prints each socket that is opened.

import { configure, getStats, subscribe, subscribeState } from "inbox-socket";

globalThis.WebSocket = /** @type {any} */ (
  class {
    constructor(url) {
      console.log(`A socket was opened: ${url}`);
    }
  }
);
configure({ url: "ws://127.0.0.1:9/ws/inbox/" });
// Keeps the program running until the core is loaded.
const running = setInterval(() => {}, 1_000);
/** @type {Promise<void>} */
const isLoaded = new Promise((resolve) => {
  subscribeState(() => {
    if (getStats()) resolve();
  });
  // This starts the loading, and unsubscribes before it ends.
  subscribe(null, () => {})();
});
await isLoaded;
clearInterval(running);
