// Opens pages whose sockets go, whatever their URL, through a line to a wire's server.

import { Line } from "../../support/line.mjs";
import { until } from "../../support/page.mjs";
import { openSource } from "../page.mjs";

/**
 * A server with a wire: a subclass of Wire, or a real server with the same members.
 *
 * @typedef {object} WireServer
 * @property {() => Promise<unknown>} start
 * @property {() => Promise<void>} stop
 * @property {number} port
 * @property {import("./wire.mjs").Message[]} stored the messages that the page's user has sent
 * @property {string[]} refused what the page has sent against the wire's rules
 * @property {(conversation: number, text: string) => void} post lets another user write
 */

/**
 * Starts the server and opens a page. `enter()` in the page runs the source.
 *
 * @template {WireServer} W
 * @param {import("node:test").TestContext} t
 * @param {W} wire
 * @param {{folder: string, source: string, imports?: string}} page `imports`: for packages that can't be imported later
 */
export async function openWire(t, wire, { folder, source, imports = "" }) {
  await wire.start();
  t.after(() => wire.stop());
  const line = new Line(wire.port);
  const { host } = new URL(await line.start());
  t.after(() => line.stop());
  const program = `${imports}\n${REDIRECT}\nglobalThis.enter = async () => {${source}};`;
  const opened = await openSource(t, { folder, source: program });
  await until(opened.page, () => typeof globalThis["enter"] === "function");
  await opened.page.evaluate((host) => Object.assign(globalThis, { host }), host);
  return { ...opened, line };
}

/** The imports of a page with React. */
export const REACT = 'import { createRoot } from "react-dom/client";';

/** Sends each WebSocket of the page to `host`. */
const REDIRECT = `
  const Native = WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(url, protocols) {
      const address = new URL(url, location.href);
      Object.assign(address, { protocol: "ws:", host: globalThis.host });
      super(address, protocols);
    }
  };`;
