// Shell commands for the tool's options that call functions of a test.

import { once } from "node:events";
import { createServer } from "node:http";

import { testFile } from "../support/bundle.mjs";

/**
 * Returns a shell command that calls `run`, with the variables that the tool has set, and ends when it is done. If
 * `run` fails, so does the command.
 *
 * @param {import("node:test").TestContext} t
 * @param {(variables: {conversation: string, user: string}) => unknown} run
 */
export async function commandFor(t, run) {
  const server = createServer(async ({ url = "" }, response) => {
    const { searchParams } = new URL(url, "http://localhost");
    const [conversation, user] = ["CONVERSATION_ID", "USER_ID"].map((name) => searchParams.get(name) ?? "");
    try {
      await run({ conversation, user });
      response.end();
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `"${process.execPath}" "${testFile("conformance/call.mjs")}" ${port}`;
}
