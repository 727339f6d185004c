// A new PostgreSQL cluster on a local port, which lives as long as a test file.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

import { freePort } from "../support/free-port.mjs";
import { endWithThis } from "../support/process.mjs";
import { eventually } from "../support/queue.mjs";

/** Returns the path of a program. Debian installs PostgreSQL's outside PATH. @param {string} name */
function find(name) {
  const root = "/usr/lib/postgresql";
  const folders = existsSync(root) ? readdirSync(root).map((version) => join(root, version, "bin")) : [];
  const all = [...folders.reverse(), ...(process.env.PATH ?? "").split(":")];
  return all.map((folder) => join(folder, name)).find(existsSync);
}

/** Why the tests with PostgreSQL can't run, or false. */
export const missing =
  ["initdb", "postgres"].some((name) => !find(name)) &&
  "PostgreSQL is not installed: `make tools-services` installs it";

/** Starts a cluster that never syncs to disk. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), "inbox-socket-postgres-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const options = { cwd: "/", ...account() };
  if (options.uid !== undefined) chownSync(folder, options.uid, Number(options.gid));
  const initdb = ["-D", folder, "-U", "inbox", "-A", "trust", "-N", "-E", "UTF8", "--locale", "C"];
  execFileSync(/** @type {string} */ (find("initdb")), initdb, { ...options, stdio: "pipe" });
  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", port, unix_socket_directories: "", fsync: "off" };
  const child = spawn(
    /** @type {string} */ (find("postgres")),
    ["-D", folder, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { ...options, stdio: "ignore" },
  );
  const end = endWithThis(() => {
    child.kill("SIGKILL");
    remove();
  });
  const url = `postgres://inbox@127.0.0.1:${port}/postgres`;
  await eventually("PostgreSQL accepts connections", () => connects(url));
  return {
    url,
    stop: async () => {
      child.kill("SIGQUIT");
      await once(child, "exit");
      end();
      remove();
    },
  };
}

/** @param {string} url */
async function connects(url) {
  const client = new pg.Client(url);
  await client.connect();
  await client.end();
  return true;
}

/** PostgreSQL refuses to run as root. @returns {{uid?: number, gid?: number}} */
function account() {
  if (process.getuid?.() !== 0) return {};
  const id = (/** @type {string[]} */ ...args) => Number(execFileSync("id", args));
  return { uid: id("-u", "postgres"), gid: id("-g", "postgres") };
}
