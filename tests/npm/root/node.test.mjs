import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { TestServer } from "../../support/server.mjs";

const PROGRAM = `
  import { WebSocket } from "ws";
  import { configure, disconnect, subscribe } from "inbox-socket";

  globalThis.WebSocket = WebSocket;
  configure({ url: process.argv[1], reconnectDelays: [1], protocol: 0 });
  subscribe(1, (message) => {
    console.log(message.message);
    disconnect();
  });
`;

describe("in Node.js, with the WebSocket of ws as the global one", () => {
  it("a connection that is reset does not end the process", async (t) => {
    const server = await TestServer.start();
    t.after(() => server.stop());
    server.expectsHello = false;
    const cwd = new URL("../../", import.meta.url);
    const run = promisify(execFile)("node", ["--input-type=module", "-e", PROGRAM, `${server.origin}/ws`], { cwd });
    const { webSocket } = await server.connection();
    // A frame that violates RFC 6455, and a reset: ws emits an error for the first, and perhaps for the second.
    /** @type {any} */ (webSocket)._socket.write(Buffer.from([0xff, 0xff]));
    /** @type {any} */ (webSocket)._socket.resetAndDestroy();
    (await server.connection()).send({ conversation_id: 1, message: "still here" });
    const { stdout } = await run;
    assert.equal(stdout, "still here\n");
  });

  it("a relative address without a page is reported, and does not end the process", async () => {
    const program = `
      import { configure, disconnect, getState, subscribe, subscribeState } from "inbox-socket";

      configure({ url: "/ws/inbox/", reconnectDelays: [60_000] });
      subscribeState(() => {
        if (getState().error !== null) setTimeout(disconnect, 10);
      });
      subscribe(1, () => {});
    `;
    const cwd = new URL("../../", import.meta.url);
    const { stderr } = await promisify(execFile)("node", ["--input-type=module", "-e", program], { cwd });
    assert.match(stderr, /`url` must be an address .*; got "\/ws\/inbox\/"/);
  });
});
