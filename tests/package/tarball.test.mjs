import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { publint } from "publint";

import { makeApplication, packPackage } from "../support/application.mjs";
import { browser } from "../support/browser.mjs";
import { testFile } from "../support/bundle.mjs";
import { watchComplaints } from "../support/page.mjs";
import { start } from "../support/process.mjs";
import { PATIENCE } from "../support/queue.mjs";
import { TestServer } from "../support/server.mjs";

const run = promisify(execFile);

/** @type {Awaited<ReturnType<typeof packPackage>>} */
let packed;
before(async () => void (packed = await packPackage()));
after(() => packed?.remove());

describe("the tarball", () => {
  it("holds what an application needs, and nothing else", () => {
    assert.deepEqual(packed.files, [
      "LICENSE",
      "README.md",
      "index.d.ts",
      "index.js",
      "lib/client.js",
      "lib/idle.js",
      "lib/load.js",
      "lib/options.js",
      "package.json",
      "react.d.ts",
      "react.js",
      "wasm/core.d.ts",
      "wasm/core.js",
      "wasm/core.wasm",
      "wasm/inline.js",
    ]);
  });

  it("is what publint expects of a package", async () => {
    const tarball = await readFile(packed.tarball);
    const { messages } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
    assert.deepEqual(messages, []);
  });
});

describe("in a new Vite application without configuration", () => {
  let app = "";
  before(async () => {
    app = join(packed.folder, "app");
    await makeApplication(app, packed.tarball);
  });

  it("the package works in `vite dev`", async (t) => {
    const vite = await startVite(t, ["--port", "0"]);
    await chat(t, vite);
  });

  it("the package works in `vite build` and `vite preview`", async (t) => {
    const { stderr } = await run(process.execPath, [viteProgram(), "build"], { cwd: app });
    assert.equal(stderr, "", "the build has something to warn of");
    const assets = await readdir(join(app, "dist", "assets"));
    assert.ok(!assets.some((name) => name.endsWith(".wasm")), assets.join(" "));
    const vite = await startVite(t, ["preview", "--port", "0"]);
    await chat(t, vite);
  });

  it("the package can be imported and rendered by node itself", async () => {
    const { stdout } = await run(process.execPath, ["server.mjs"], { cwd: app, timeout: PATIENCE });
    assert.match(stdout, /<p>connecting<\/p> {"isConnected":false,"isConnecting":false,/);
  });

  for (const resolution of ["bundler", "nodenext"]) {
    it(`the types are found by TypeScript's resolution "${resolution}"`, async () => {
      const module = resolution === "bundler" ? "esnext" : "nodenext";
      const options = ["--noEmit", "--strict", "--module", module, "--moduleResolution", resolution, "--types", ""];
      const tsc = testFile("node_modules/typescript/bin/tsc");
      await run(process.execPath, [tsc, ...options, "--ignoreConfig", "types.ts"], { cwd: app }).catch(({ stdout }) =>
        assert.fail(stdout),
      );
    });
  }

  const viteProgram = () => join(app, "node_modules", "vite", "bin", "vite.js");

  /** @param {import("node:test").TestContext} t @param {string[]} args */
  async function startVite(t, args) {
    const vite = await start(process.execPath, [viteProgram(), ...args, "--host", "127.0.0.1"], {
      cwd: app,
      line: /(http:\/\/127\.0\.0\.1:\d+)\//,
    });
    t.after(() => vite.stop());
    return vite.match[1];
  }
});

/**
 * Two conversations of the application, over one connection.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} origin
 */
async function chat(t, origin) {
  const server = await TestServer.start();
  const context = await (await browser()).newContext();
  t.after(async () => {
    await context.close();
    await server.stop();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints = watchComplaints(page);
  await page.goto(`${origin}/?socket=ws://127.0.0.1:${server.port}/ws/inbox/`);
  const connection = await server.connection();
  const one = page.getByRole("region", { name: "Conversation 1" });
  const two = page.getByRole("region", { name: "Conversation 2" });
  await one.getByText("connected", { exact: true }).waitFor();
  connection.send({ conversation_id: 1, message: "for one" });
  connection.send({ conversation_id: 2, message: "for two" });
  await two.getByText("for two").waitFor();
  await two.getByRole("button", { name: "Send" }).click();

  assert.deepEqual(await connection.next(), { conversation_id: 2, message: "Hello from 2", type: "TEXT" });
  assert.deepEqual(await one.getByRole("listitem").allTextContents(), ["for one"]);
  assert.deepEqual(await two.getByRole("listitem").allTextContents(), ["for two"]);
  assert.equal(server.attempts.length, 1);
  assert.deepEqual(complaints, []);
}
