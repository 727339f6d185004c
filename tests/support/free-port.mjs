// For programs that have to be told which port to listen at.

import { once } from "node:events";
import { createServer } from "node:net";

/** A port of this machine that nobody listens at. @returns {Promise<string>} */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return String(port);
}
