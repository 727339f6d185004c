// Checks the application in a browser, in the same way for every consumer.

import assert from "node:assert/strict";

import { browser } from "../support/browser.mjs";
import { Console } from "../support/console.mjs";
import { watchComplaints } from "../support/page.mjs";
import { PATIENCE } from "../support/queue.mjs";
import { loseCoreOnce } from "./lose.mjs";

/**
 * Checks two conversations over one connection, through a cut and a reconnection, with a message that waits meanwhile.
 * Only in development, the page logs that its server doesn't acknowledge messages. In production, the core's chunk fails
 * to load once.
 *
 * @param {string} address
 * @param {import("../support/server.mjs").TestServer} server
 * @param {{rendered?: boolean, inDevelopment?: boolean, losesCore?: boolean, socket?: string}} [options]
 *   `losesCore`: the first request for the core's chunk fails; `socket`: the socket's URL if it isn't the server's own
 */
export async function visit(address, server, options = {}) {
  const { rendered, inDevelopment = false, losesCore = !inDevelopment } = options;
  const { socket = `ws://127.0.0.1:${server.port}/ws/inbox/` } = options;
  if (rendered) assert.match(await (await fetch(address)).text(), /<p role="status">connecting<\/p>/);
  const context = await (await browser()).newContext();
  try {
    const page = await context.newPage();
    // A development server may compile the page on the first request.
    page.setDefaultTimeout(4 * PATIENCE);
    const complaints = watchComplaints(page);
    const warnings = new Console(page, "warning");
    const isCoreLost = losesCore ? await loseCoreOnce(page) : () => true;
    await page.goto(`${address}?socket=${socket}`);
    const one = page.getByRole("region", { name: "Conversation 1" });
    const two = page.getByRole("region", { name: "Conversation 2" });
    const first = await server.connection();
    await one.getByText("connected", { exact: true }).waitFor();
    first.send({ conversation_id: 1, message: "for one" });
    first.send({ conversation_id: 2, message: "for two" });
    await one.getByText("for one").waitFor();
    await two.getByText("for two").waitFor();
    server.mode = "hold";
    first.cut();
    await two.getByText("Connection lost - reconnecting in background...").waitFor();
    await two.getByRole("button", { name: "Send" }).click();
    await two.getByRole("note").getByText("Hello from 2").waitFor();
    server.letGo("accept");
    const second = await server.connection();
    await two.getByText("connected", { exact: true }).waitFor();
    assert.deepEqual(await second.next(), { conversation_id: 2, message: "Hello from 2", type: "TEXT" });
    assert.equal(server.attempts.length, 2);
    assert.ok(isCoreLost(), "the page must request the core's chunk");
    if (inDevelopment) assert.match(await warnings.next(), /does not know "hello"/);
    const others = complaints.filter((text) => !(inDevelopment && text.startsWith("inbox-socket: ")));
    assert.deepEqual(others, [], "the page must log no errors or warnings");
    assert.ok(warnings.lines.length <= 1, warnings.lines.join("\n"));
  } finally {
    await context.close();
  }
}
