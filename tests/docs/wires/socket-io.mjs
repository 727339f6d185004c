// The package socket.io itself, with rooms and a token.

import { createServer } from "node:http";
import { once } from "node:events";
import { Server } from "socket.io";

import { FORBIDDEN } from "./wire.mjs";

export class SocketIo {
  /** @type {import("./wire.mjs").Message[]} */
  stored = [];
  /** @type {string[]} */
  refused = [];
  opened = 0;
  /** The replies to pings. */
  pongs = 0;
  /** The token that clients must connect with. */
  token = "token-of-ana";
  #http = createServer();

  /** @param {{pingInterval?: number, pingTimeout?: number}} [options] */
  constructor(options) {
    this.io = new Server(this.#http, { serveClient: false, ...options });
  }

  async start() {
    this.io.use((socket, next) => next(this.#isKnown(socket) ? undefined : new Error("The token has expired.")));
    this.io.engine.on("connection", (connection) => {
      this.opened += 1;
      connection.on("heartbeat", () => (this.pongs += 1));
    });
    this.io.on("connection", (socket) => {
      socket.on("join", (room) => room !== FORBIDDEN && socket.join(String(room)));
      socket.on("leave", (room) => socket.leave(String(room)));
      socket.on("message", ({ room, text }) => {
        if (!socket.rooms.has(String(room)))
          return this.refused.push(`a message to room ${room}, which was not joined`);
        this.stored.push({ conversation: room, text });
        this.post(room, text);
      });
    });
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    return this;
  }

  get port() {
    return /** @type {import("node:net").AddressInfo} */ (this.#http.address()).port;
  }

  post(room, text) {
    this.io.to(String(room)).emit("message", { room, text });
  }

  async stop() {
    await this.io.close();
  }

  #isKnown({ handshake }) {
    return handshake.auth.token === this.token;
  }
}
