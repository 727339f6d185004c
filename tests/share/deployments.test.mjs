// Two deployments of an application, whose tabs say different things to each other.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bundle } from "../support/bundle.mjs";
import { serveFiles } from "../support/script.mjs";
import { Site, leaderOf, rolesOf } from "./site.mjs";

/** Serves the script of a later deployment. @param {import("node:test").TestContext} t */
async function serveNewer(t) {
  let changes = 0;
  const files = await bundle({ page: "npm/root/page.ts" });
  for (const [path, text] of files) {
    files.set(
      path,
      text.replace(/\bVERSION = (\d+);/, (_, version) => `VERSION = ${Number(version) + ++changes};`),
    );
  }
  assert.equal(changes, 1);
  return serveFiles(t, files);
}

test("tabs of two deployments form two groups, and each has every message once and in order", async (t) => {
  const site = await Site.start(t);
  const script = await serveNewer(t);
  const old = [await site.open(), await site.open()];
  const recent = [await site.open({}, { script }), await site.open({}, { script })];
  await leaderOf(old);
  await leaderOf(recent);
  assert.equal(site.line.handshakes, 2);
  const pages = [...old, ...recent];
  for (const [n, page] of pages.entries()) await site.send(page, `deployed ${n}`);
  await site.checkHeard(pages);

  // The others are reloaded one after the other.
  for (const page of old) await site.load(page, {}, { script });
  await leaderOf(pages);
  await site.settle(1);
  for (const [n, page] of pages.entries()) await site.send(page, `reloaded ${n}`);
  await site.checkHeard(pages);
  assert.deepEqual((await rolesOf(pages)).sort(), ["follower", "follower", "follower", "leader"]);
});
