// The tool on the servers of docs/servers.md.

import assert from "node:assert/strict";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, it } from "node:test";

import { filesOfBlocks } from "../docs/blocks.mjs";
import { testFile } from "../support/bundle.mjs";
import { start } from "../support/process.mjs";
import { conformance } from "./tool.mjs";

const USERS = ["--user-a", "?token=token-of-ana", "--user-b", "?token=token-of-ben"];

/** The shortest server leaves out `limit`, `before`, `ref`, the size of a reply and most checks of frames. */
const SHORTEST = ["2.5", "2.8", "9.1", "9.3", "9.7", "9.10"];

describe("the servers of docs/servers.md", () => {
  for (const { file, layer, missing } of [
    { file: "servers/layer1.mjs", layer: 1, missing: [] },
    { file: "servers/server.mjs", layer: 0, missing: SHORTEST },
  ]) {
    it(`fail the checks that the documentation names: ${file}`, async (t) => {
      const url = await startSample(t, file);
      const options = ["--conversation", "2", "--outside", "9", "--layer", String(layer)];
      const { results, broken } = await conformance(url, [...options, ...USERS]);
      // Warnings are about SHOULDs: the sample's library rejects unknown paths, and JSON.parse reads 2.0 as 2.
      const failed = results.filter(({ outcome }) => outcome === "failed").map(({ id }) => id);
      assert.deepEqual(failed, missing, broken.join("\n"));
    });
  }
});

/** @param {import("node:test").TestContext} t @param {string} file */
async function startSample(t, file) {
  const folder = await mkdtemp(join(tmpdir(), "inbox-socket-"));
  t.after(() => rm(folder, { recursive: true }));
  await symlink(testFile("node_modules"), join(folder, "node_modules"));
  const sources = [...filesOfBlocks()].filter(([path]) => path === file);
  assert.equal(sources.length, 1);
  await writeFile(join(folder, basename(file)), sources[0][1]);
  const { match, stop } = await start(process.execPath, [basename(file)], {
    cwd: folder,
    env: { PORT: "0" },
    line: /Listening on port (\d+)/,
  });
  t.after(() => stop());
  return `ws://127.0.0.1:${match[1]}/ws/inbox/`;
}
