import assert from "node:assert/strict";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { browser } from "../support/browser.mjs";
import { freePort } from "../support/free-port.mjs";
import { until, watchComplaints } from "../support/page.mjs";
import { start } from "../support/process.mjs";
import { inWorkshop } from "./workshop.mjs";

describe("the quick start", () => {
  it("builds a page whose tabs chat with each other and reconnect after a restart of their server", async (t) => {
    const folder = await ownFolder();
    // Another program may already use port 8000.
    const socketPort = await freePort();
    for (const name of ["server.mjs", "vite.config.js"]) {
      const path = join(folder, name);
      await writeFile(path, (await readFile(path, "utf8")).replaceAll("8000", socketPort));
    }
    const serve = () => startServer(folder, socketPort);
    let server = await serve();
    t.after(() => server.stop());
    const address = await startVite(t, folder);
    const tabs = [await openTab(t, address), await openTab(t, address)];
    const conversation = (tab) => tab.page.getByRole("region", { name: "Conversation 2" });
    // A layer-0 server doesn't resend messages to a tab that connects later.
    for (const tab of tabs) {
      await conversation(tab).waitFor();
      await conversation(tab).getByText("Your messages will be sent").waitFor({ state: "detached" });
    }
    await conversation(tabs[0]).getByRole("button", { name: "Say hello" }).click();
    for (const tab of tabs) await conversation(tab).getByText("Hello", { exact: true }).waitFor();
    for (const { page } of tabs) {
      assert.equal(await page.getByRole("region", { name: "Conversation 1" }).getByRole("listitem").count(), 0);
    }

    await server.stop();
    await conversation(tabs[1]).getByText("Connection lost").waitFor();
    await conversation(tabs[1]).getByRole("button", { name: "Say hello" }).click();
    server = await serve();
    // Connect now, unless the tab has already reconnected.
    for (const { page } of tabs) await page.evaluate(() => document.querySelector("[role=alert] button")?.["click"]());
    await until(tabs[1].page, () => document.querySelectorAll("li").length === 2);
    // The other tab has missed this message if it reconnected later, so send it another one.
    await conversation(tabs[0]).getByText("Your messages will be sent").waitFor({ state: "detached" });
    const before = await conversation(tabs[0]).getByRole("listitem").count();
    await conversation(tabs[1]).getByRole("button", { name: "Say hello" }).click();
    await until(tabs[0].page, (count) => document.querySelectorAll("li").length > count, before);
    // In development the library logs that a layer-0 server doesn't acknowledge messages.
    const isOfLayer0 = (complaint) => complaint.includes('does not know "hello"');
    for (const tab of tabs)
      assert.deepEqual(
        tab.complaints.filter((complaint) => !isOfLayer0(complaint)),
        [],
      );
  });
});

/** Copies the quick start's files to a new folder, as a reader would write them. */
async function ownFolder() {
  const folder = inWorkshop("own", "quick-start");
  await rm(folder, { recursive: true, force: true });
  await cp(inWorkshop("quick-start"), folder, { recursive: true });
  return folder;
}

/** Starts the server, and waits until it accepts a connection. @param {string} folder @param {string} port */
async function startServer(folder, port) {
  const announced = `import("./server.mjs").then(async () => {
    const { connect } = await import("node:net");
    const attempt = () => connect(${port}, () => console.log("ready")).on("error", () => setTimeout(attempt, 20));
    attempt();
  });`;
  return start(process.execPath, ["-e", announced], { cwd: folder, line: /ready/ });
}

/** @param {import("node:test").TestContext} t @param {string} folder */
async function startVite(t, folder) {
  const vite = inWorkshop("node_modules", "vite", "bin", "vite.js");
  const { match, stop } = await start(process.execPath, [vite, "--port", await freePort(), "--host", "127.0.0.1"], {
    cwd: folder,
    env: { NODE_ENV: undefined },
    line: /(http:\S+:\d+)/,
    patience: 60_000,
  });
  t.after(() => stop());
  return match[1];
}

/** @param {import("node:test").TestContext} t @param {string} address */
async function openTab(t, address) {
  const context = await (await browser()).newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints = watchComplaints(page);
  await page.goto(address);
  return { page, complaints };
}
