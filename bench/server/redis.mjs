// Starts a Redis for the benchmark, as in a deployment. Channels' in-memory layer scans all sockets for each event, so
// with 10,000 sockets the benchmark would measure only that scan.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), "inbox-socket-redis-"));
  const socket = join(folder, "redis.sock");
  const options = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder];
  const server = spawn("redis-server", options, { stdio: "ignore" });
  process.on("exit", () => server.kill());
  const failed = once(server, "error").then(() => {
    throw new Error("inbox-socket needs redis-server for this. On Debian: sudo apt-get install redis-server");
  });
  const ready = (async () => {
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
  })();
  await Promise.race([ready, failed]);
  return {
    url: `unix://${socket}`,
    async stop() {
      server.kill();
      await once(server, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
