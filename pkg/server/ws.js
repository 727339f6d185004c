// The transport for the `ws` package.

import { LOGGED_OUT, NOT_FOUND, TRY_AGAIN_LATER, WRONG_ORIGIN } from "./connection.js";
import { isListed, sameOrigin, site } from "./origins.js";
import { Closed } from "./server.js";

const RECHECK_MS = 60_000;
const PING_MS = 25_000;

/**
 * Serves the sockets of a WebSocketServer. Create that server without its `path` option: it would answer other paths
 * with an HTTP error, which a page can't tell from a lost connection.
 *
 * @param {import("./ws.js").WebSocketServerLike} sockets with `maxPayload: MAX_PAYLOAD`. Leave out `perMessageDeflate`:
 *   frames are short, and each compressed socket takes hundreds of kilobytes
 * @param {import("./server.js").Server} server
 * @param {import("./ws.js").ServeOptions} options
 * @returns {() => void} stops the timers
 */
export function serve(sockets, server, options) {
  const { authenticate, allowedOrigins = [], recheckMs = RECHECK_MS, pingMs = PING_MS } = options;
  if (typeof authenticate !== "function") {
    throw new TypeError(`authenticate must be a function; got ${typeof authenticate}`);
  }
  if (!Array.isArray(allowedOrigins) || allowedOrigins.some((origin) => site(origin) === null)) {
    throw new TypeError(
      `allowedOrigins must be an array of origins such as "https://app.example"; got ${JSON.stringify(allowedOrigins)}`,
    );
  }
  /** @type {Map<any, {isAlive: boolean, recheck?: () => void}>} */
  const open = new Map();

  sockets.on("connection", async (socket, request) => {
    const state = { isAlive: true, recheck: () => {} };
    open.set(socket, state);
    socket.on("error", () => {}); // a close follows
    for (const sign of ["pong", "message"]) socket.on(sign, () => (state.isAlive = true));
    const incoming = new Incoming(socket);
    const { rechecks } = server;
    let connection;
    socket.on("close", () => {
      open.delete(socket);
      connection?.closed();
    });
    try {
      const userId = await admit(request, server, { ...options, allowedOrigins });
      connection = server.connect({
        userId,
        send: (text) =>
          new Promise((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve()))),
        close: (code, reason) => socket.close(code, reason),
        recheck: async () => (await authenticate(request)) === userId,
      });
    } catch (error) {
      if (error instanceof Closed) return socket.close(error.code, error.reason);
      server.onError("opening a socket failed", error);
      return socket.close(TRY_AGAIN_LATER, "the server cannot authenticate now");
    }
    state.recheck = () => void connection.recheck();
    // The login may have ended after `admit` looked, when the server didn't know the socket.
    if (server.rechecks !== rechecks) state.recheck();
    // It may have ended meanwhile, after it has sent messages.
    if (socket.readyState === socket.CLOSED) connection.closed();
    incoming.serve(connection);
  });

  // Keeps proxies from closing idle connections, and detects browsers that are gone.
  const pings = setInterval(() => {
    for (const [socket, state] of open) {
      if (!state.isAlive) socket.terminate();
      state.isAlive = false;
      socket.ping();
    }
  }, pingMs);
  const rechecks = setInterval(() => open.forEach(({ recheck }) => recheck?.()), recheckMs);
  const stop = () => [pings, rechecks].forEach(clearInterval);
  sockets.on("close", stop);
  return stop;
}

/** The `maxPayload` of a WebSocketServer: longer frames close with 1009. Shorter ones of more than 65,536 bytes get an error. */
export const MAX_PAYLOAD = 1024 * 1024;

/** The frames of one socket that wait: it is paused while there are any, so that its buffer stays small. */
class Incoming {
  /** @type {(string | null)[]} */
  #waiting = [];
  /** @type {import("./connection.js").Connection | undefined} */
  #connection;
  #isServing = false;
  #socket;

  constructor(socket) {
    this.#socket = socket;
    // Frames may arrive before `authenticate` has answered.
    socket.on("message", (data, isBinary) => {
      this.#waiting.push(isBinary ? null : String(data));
      if (this.#connection) void this.#run();
      else socket.pause();
    });
  }

  /** @param {import("./connection.js").Connection} connection */
  serve(connection) {
    this.#connection = connection;
    void this.#run();
  }

  async #run() {
    if (this.#isServing) return this.#socket.pause();
    this.#isServing = true;
    while (this.#waiting.length > 0)
      await this.#connection?.receive(/** @type {string | null} */ (this.#waiting.shift()));
    this.#isServing = false;
    if (this.#socket.isPaused) this.#socket.resume();
  }
}

/**
 * Returns the user's id.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {import("./server.js").Server} server
 * @param {import("./ws.js").ServeOptions & {allowedOrigins: string[]}} options
 * @throws Closed
 */
async function admit(request, server, { authenticate, allowedOrigins, path, trustProxy = false }) {
  if (path !== undefined && request.url?.split("?", 1)[0] !== path) {
    throw new Closed(NOT_FOUND, "unknown path");
  }
  const { origin, host } = request.headers;
  const isSecure = trustProxy ? request.headers["x-forwarded-proto"] === "https" : "encrypted" in request.socket;
  if (!origin || !host || !(sameOrigin(origin, host, isSecure) || isListed(origin, allowedOrigins))) {
    throw new Closed(WRONG_ORIGIN, "this page may not connect");
  }
  await server.start();
  const userId = await authenticate(request);
  if (userId === null || userId === undefined) throw new Closed(LOGGED_OUT, "log in first");
  return userId;
}
