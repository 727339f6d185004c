import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { filesIn } from "../docs/workshop.mjs";
import { testFile } from "../support/bundle.mjs";
import { openPage } from "../support/page.mjs";

const CRATE = testFile("../examples/yew");
const TARGET = testFile("../target/yew");

/** @type {Map<string, string | Uint8Array>} */
let files;
let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "inbox-socket-"));
  const env = { ...process.env, CARGO_TARGET_DIR: TARGET };
  execFileSync("cargo", ["build", "--quiet", "--locked", "--target", "wasm32-unknown-unknown"], {
    cwd: CRATE,
    env,
    stdio: "inherit",
  });
  const wasm = join(TARGET, "wasm32-unknown-unknown", "debug", "inbox-socket-yew.wasm");
  execFileSync("wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", folder, "--out-name", "app", wasm]);
  files = await filesIn(folder);
  files.set("/page.js", 'import start, { retry } from "/app.js"; await start(); globalThis.retry = retry;');
});
after(() => rm(folder, { recursive: true, force: true }));

describe("the page in Rust", () => {
  it("shows two conversations over one connection, which reconnects after a cut", async (t) => {
    const { page, server } = await openPage(t, { files });
    const one = page.getByRole("region", { name: "Conversation 1" });
    const two = page.getByRole("region", { name: "Conversation 2" });
    const first = await server.connection();
    await one.getByText("connected", { exact: true }).waitFor();
    first.send({ conversation_id: 2, message: "for two", message_id: 1 });
    first.send({ conversation_id: 1, message: "for one", message_id: 2 });
    first.send({ action: "messages_response", conversation_id: 1, messages: [] });
    await one.getByText("for one").waitFor();
    await two.getByText("for two").waitFor();

    server.mode = "refuse";
    first.cut();
    await one.getByText("Connection lost").waitFor();
    await one.getByRole("button").click();
    server.mode = "accept";
    // The page exports retry() itself, a name that the npm package's core also uses.
    await page.evaluate("retry()");
    const second = await server.connection();
    assert.deepEqual(await second.next(), { conversation_id: 1, message: "Hello", type: "TEXT" });
    second.send({ conversation_id: 1, message: "Hello", message_id: 3 });
    await one.getByText("Hello", { exact: true }).waitFor();
    assert.deepEqual(await one.getByRole("listitem").allInnerTexts(), ["for one", "Hello"]);
    assert.equal(await one.getByRole("alert").count(), 0);
  });
});
