// A server for one test, on its own port: it serves a page's files, and speaks layer 0 at any path.

import { createServer } from "node:http";
import { extname } from "node:path";
import { text } from "node:stream/consumers";
import { WebSocketServer } from "ws";

import { Queue } from "./queue.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * @typedef {object} Site
 * @property {Map<string, string | Uint8Array | ((body: string) => string)>} files by path, with the page at "/"; functions
 *   are called with a request's body
 * @property {Record<string, string>} [headers] of every file
 */

export class TestServer {
  /** How the server answers WebSocket requests. @type {"accept" | "refuse" | "hold"} */
  mode = "accept";
  /** Whether clients begin with a hello. If so, `connection()` returns a connection after its hello. */
  expectsHello = true;
  /** Whether the server refuses hello, as a layer-0 server does. If not, the test answers it. */
  answersHello = true;
  /** The paths of all WebSocket requests, accepted or not. @type {string[]} */
  attempts = [];
  /** Every WebSocket that was accepted. @type {Connection[]} */
  connections = [];

  /** @type {Queue<Connection>} */
  #opened = new Queue("WebSocket connections");
  /** @type {Queue<string>} */
  #asked = new Queue("attempts to connect");
  /** @type {(() => void)[]} */
  #held = [];
  #webSockets = new WebSocketServer({ noServer: true });

  /** Starts a server, which the caller stops. @param {Site} [site] */
  static async start(site) {
    const server = new TestServer(site);
    await new Promise((resolve) => server.http.listen(0, "127.0.0.1", () => resolve(undefined)));
    return server;
  }

  /** @param {Site} [site] */
  constructor(site = { files: new Map() }) {
    this.http = createServer(async (request, response) => {
      const path = new URL(request.url ?? "/", "http://test").pathname;
      const file = site.files.get(path);
      if (file === undefined) return void response.writeHead(404).end();
      const type = TYPES[extname(path)] ?? TYPES[".html"];
      response
        .writeHead(200, { "content-type": type, "cache-control": "no-store", ...site.headers })
        .end(typeof file === "function" ? file(await text(request)) : file);
    });
    this.http.on("upgrade", (request, socket, head) => {
      const path = request.url ?? "";
      socket.on("error", () => {});
      const answer = () => {
        if (this.mode === "refuse") return void socket.destroy();
        this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          const connection = new Connection(webSocket, path, this.answersHello);
          connection.protocols = request.headers["sec-websocket-protocol"]?.split(/, */) ?? [];
          this.connections.push(connection);
          if (this.expectsHello) void connection.greeted.then(() => this.#opened.push(connection));
          else this.#opened.push(connection);
        });
      };
      this.attempts.push(path);
      this.#asked.push(path);
      if (this.mode === "hold") this.#held.push(answer);
      else answer();
    });
  }

  get port() {
    return /** @type {import("node:net").AddressInfo} */ (this.http.address()).port;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Returns the next WebSocket that opens. */
  connection() {
    return this.#opened.next();
  }

  /** Returns the path of the next attempt, successful or not. */
  attempt() {
    return this.#asked.next();
  }

  /** Answers the held requests, and from now on all requests at once. @param {"accept" | "refuse"} mode */
  letGo(mode) {
    this.mode = mode;
    for (const answer of this.#held.splice(0)) answer();
  }

  async stop() {
    for (const { webSocket } of this.connections) webSocket.terminate();
    this.http.closeAllConnections();
    this.letGo("refuse");
    await new Promise((resolve) => this.http.close(resolve));
  }
}

/** The server's end of one WebSocket. */
export class Connection {
  /** The subprotocols that the client offered. @type {string[]} */
  protocols = [];

  /** @type {Queue<any>} */
  #frames = new Queue("frames");

  /**
   * @param {import("ws").WebSocket} webSocket
   * @param {string} path
   * @param {boolean} answersHello
   */
  constructor(webSocket, path, answersHello) {
    this.webSocket = webSocket;
    this.path = path;
    /** Every frame received, parsed if it is JSON. @type {any[]} */
    this.received = [];
    /** @type {Promise<{code: number, reason: string}>} */
    this.closed = new Promise((resolve) => {
      webSocket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    let greet = () => {};
    /** Resolves when a hello arrives. @type {Promise<void>} */
    this.greeted = new Promise((resolve) => (greet = resolve));
    webSocket.on("message", (data) => {
      const frame = read(data.toString());
      const isHello = frame?.action === "hello";
      if (isHello) greet();
      if (answersHello) {
        // As PROTOCOL.md requires of a layer-0 server, it refuses the unknown action, and ignores the unknown
        // member `client_id`.
        if (isHello) return this.send({ action: "error", code: "unknown_action", ref: null });
        delete frame?.client_id;
      }
      this.received.push(frame);
      this.#frames.push(frame);
    });
    webSocket.on("error", () => {});
  }

  get isOpen() {
    return this.webSocket.readyState === this.webSocket.OPEN;
  }

  /** The frames received that no test has taken. */
  get untaken() {
    return this.#frames.waiting;
  }

  /** Returns the next frame received. */
  next() {
    return this.#frames.next();
  }

  /** @param {object} frame */
  send(frame) {
    this.webSocket.send(JSON.stringify(frame));
  }

  /** Sends the data without encoding it as JSON. @param {string | Uint8Array} data */
  sendRaw(data) {
    this.webSocket.send(data);
  }

  /** @param {number} code @param {string} [reason] */
  close(code, reason) {
    this.webSocket.close(code, reason);
  }

  /** Ends the connection without a close frame, as a lost network or a killed server does. */
  cut() {
    this.webSocket.terminate();
  }
}

/** Reads a frame as a connection does: a text that is JSON is parsed. @param {any} frame */
export function read(frame) {
  if (typeof frame !== "string") return frame;
  try {
    return JSON.parse(frame);
  } catch {
    return frame;
  }
}
