// The demo's server. Ana and Ben take part in conversation 2, and Ana not in 6.

import assert from "node:assert/strict";

import { Backend } from "../../support/backend.mjs";

/** @param {import("node:test").TestContext} t @returns {Promise<import("./index.mjs").Tested>} */
export async function demo(t) {
  const backend = await Backend.open();
  t.after(() => backend.close());
  const participants = (/** @type {string} */ change) => (/** @type {{conversation: string, user: string}} */ at) =>
    backend.run(
      `from inbox.models import Conversation
Conversation.objects.get(pk=${Number(at.conversation)}).participants.${change}(${Number(at.user)})`,
    );
  return {
    url: `${backend.origin.replace("http", "ws")}/ws/inbox/`,
    users: { a: `Cookie: ${await cookieOf(backend, "ana")}`, b: `Cookie: ${await cookieOf(backend, "ben")}` },
    conversation: "2",
    outside: "6",
    restart: async () => {
      await backend.kill();
      await backend.restart();
    },
    leave: participants("remove"),
    join: participants("add"),
  };
}

/** @param {Backend} backend @param {string} username */
async function cookieOf({ origin }, username) {
  const response = await fetch(`${origin}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password: "demo" }),
  });
  assert.ok(response.ok, `${username} must be able to log in; got ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
