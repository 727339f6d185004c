import assert from "node:assert/strict";
import { createSSRApp } from "vue";
import { renderToString } from "vue/server-renderer";
import { getStats, subscribe, subscribeState } from "inbox-socket";

import { Inbox } from "./src/inbox.js";

const render = async () => {
  const html = await renderToString(createSSRApp(Inbox));
  assert.equal(html.match(/<p role="status">connecting<\/p>/g)?.length, 2);
};

await render();
// Once the core is loaded, a subscription would connect at once. The timer keeps the program running until then.
const running = setInterval(() => {}, 1_000);
await new Promise((resolve) => {
  subscribeState(() => getStats() && resolve());
  subscribe(null, () => {})();
});
clearInterval(running);
await render();
// Some libraries define a document on the server.
globalThis.document = {};
await render();
assert.equal(getStats().attempts, 0);
assert.equal(getStats().listeners, 0);
