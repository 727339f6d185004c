import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { testFile } from "./bundle.mjs";

const run = promisify(execFile);

/** Packs the package into a new folder, which the caller removes. */
export async function packPackage() {
  const folder = await mkdtemp(join(tmpdir(), "inbox-socket-"));
  const { stdout } = await run("npm", ["pack", testFile("../pkg"), "--json", "--pack-destination", folder]);
  const [{ filename, files }] = JSON.parse(stdout);
  return {
    folder,
    tarball: join(folder, filename),
    files: files.map(({ path }) => path).sort(),
    remove: () => rm(folder, { recursive: true }),
  };
}
