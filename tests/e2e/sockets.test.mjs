// The option `sockets: "each"` against the real server's socket for each conversation, the design that the package
// replaces.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createInbox } from "inbox-socket";
import { WebSocket } from "ws";

import { Backend } from "../support/backend.mjs";
import { eventually } from "../support/queue.mjs";

test("a socket for each conversation of the real server survives the server's death", async (t) => {
  const backend = await Backend.start(t);
  const ana = await signIn(backend.origin, "ana");
  const ben = await signIn(backend.origin, "ben");
  const [first, second] = (await conversations(ana)).filter(({ id }) => ben.ids.includes(id)).map(({ id }) => id);
  const address = (/** @type {number} */ id) => `${backend.origin.replace("http", "ws")}/ws/chat/${id}/`;

  /** @type {any} */ (globalThis).WebSocket = class extends WebSocket {
    /** @param {string} url */
    constructor(url) {
      super(url, { headers: ana.headers });
    }
  };
  const inbox = createInbox({
    url: ({ conversationId }) => address(Number(conversationId)),
    sockets: "each",
    reconnectDelays: [50],
    maxAttempts: Infinity,
  });
  t.after(() => inbox.disconnect());
  /** @type {Record<string, any[]>} */
  const heard = { [first]: [], [second]: [] };
  for (const id of [first, second]) inbox.subscribe(id, (frame) => heard[id]?.push(frame));
  await eventually("both are connected", () => inbox.getState().isConnected);
  assert.equal(inbox.getStats()?.handshakes, 2);

  const other = new WebSocket(address(first), { headers: ben.headers });
  t.after(() => other.terminate());
  await new Promise((resolve) => other.once("open", resolve));
  other.send(JSON.stringify({ message: "from Ben" }));
  await eventually("Ben's message arrives", () => heard[first]?.some(({ message }) => message === "from Ben"));
  assert.deepEqual(heard[second], []);

  await backend.kill();
  await eventually("both are lost", () => !inbox.getState(first).isConnected && !inbox.getState(second).isConnected);
  const waiting = [inbox.sendMessage(first, "one"), inbox.sendMessage(second, "two")];
  await backend.restart();
  assert.deepEqual(await Promise.all(waiting), [{ status: "sent" }, { status: "sent" }]);

  await inbox.requestMessages(second);
  await eventually("the history has the message that waited", () => {
    const history = heard[second]?.find(({ action }) => action === "messages_response");
    return history?.messages.at(-1).message === "two";
  });
});

/** @param {string} origin @param {string} username */
async function signIn(origin, username) {
  const body = JSON.stringify({ username, password: "demo" });
  const headers = { "content-type": "application/json", origin };
  const response = await fetch(`${origin}/api/login`, { method: "POST", body, headers });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const user = { origin, headers: { cookie, origin } };
  return { ...user, ids: (await conversations(user)).map(({ id }) => id) };
}

/** @returns {Promise<{id: number}[]>} */
async function conversations({ origin, headers }) {
  return (await (await fetch(`${origin}/api/conversations`, { headers })).json()).conversations;
}
