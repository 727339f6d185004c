import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Creates a folder for the data of one test. @param {import("node:test").TestContext} t */
export function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), "inbox-socket-conformance-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
