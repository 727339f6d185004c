// Starts a PostgreSQL for the benchmark. It syncs each commit to disk, as in a deployment.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DEBIAN = "/usr/lib/postgresql";

export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), "inbox-socket-postgres-"));
  // PostgreSQL refuses to run as root.
  const account = process.getuid?.() === 0 ? postgresAccount() : {};
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
  const data = join(folder, "data");
  execFileSync(program("initdb"), ["-D", data, "-U", "inbox", "-A", "trust", "-E", "UTF8"], {
    cwd: "/",
    stdio: "ignore",
    ...account,
  });
  // On a Unix socket only, so that no port can be in use.
  const server = spawn(program("postgres"), ["-D", data, "-k", folder, "-c", "listen_addresses="], {
    cwd: "/",
    stdio: "ignore",
    ...account,
  });
  process.on("exit", () => server.kill("SIGINT"));
  // The socket exists before the server accepts connections.
  while (spawnSync(program("pg_isready"), ["-h", folder], { stdio: "ignore" }).status !== 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const sql = (/** @type {string} */ query) =>
    execFileSync(program("psql"), ["-h", folder, "-U", "inbox", "-d", "postgres", "-c", query], { stdio: "ignore" });
  let databases = 0;
  return {
    /** Creates an empty database and returns its URL. */
    create() {
      const name = `bench${++databases}`;
      sql(`CREATE DATABASE ${name}`);
      return `postgres://inbox@${encodeURIComponent(folder)}/${name}`;
    },
    async stop() {
      server.kill("SIGINT");
      await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian installs PostgreSQL's programs outside PATH. @param {string} name */
function program(name) {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort() : [];
  const path = join(DEBIAN, versions.at(-1) ?? "", "bin", name);
  return existsSync(path) ? path : name;
}

function postgresAccount() {
  const id = (/** @type {string} */ option) => Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
