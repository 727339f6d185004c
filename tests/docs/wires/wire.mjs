// What the servers of the wires share: their sockets, the stored messages, and what they have refused.

import { once } from "node:events";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

/** The conversation that no user may join. */
export const FORBIDDEN = 9;

/**
 * A server with one wire. It refuses what the real server refuses, and keeps a record of it.
 *
 * @typedef {object} Message
 * @property {number} conversation
 * @property {string} text
 */
export class Wire {
  /** The messages that users have sent, in order. @type {Message[]} */
  stored = [];
  /** What clients have sent against the wire's rules. @type {string[]} */
  refused = [];
  /** The open connections. @type {Set<Client>} */
  clients = new Set();
  /** The number of connections opened so far. */
  opened = 0;
  /** The ids that senders have given their messages. @type {Set<string>} */
  #clientIds = new Set();
  #http = createServer();

  /** Accepts connections. @returns {Promise<this>} */
  async start() {
    const options = { noServer: true, handleProtocols: (offered) => this.chooseProtocol(offered) };
    const webSockets = new WebSocketServer(options);
    this.#http.on("upgrade", (request, socket, head) => {
      const url = new URL(request.url ?? "/", "http://wire");
      if (!this.accepts(url)) {
        this.refused.push(`a handshake at ${request.url}`);
        return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      }
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const client = new Client(webSocket, url);
        this.opened += 1;
        this.clients.add(client);
        webSocket.on("error", () => {});
        webSocket.on("close", () => this.clients.delete(client));
        webSocket.on("message", (data) => this.receive(client, data.toString()));
        this.open(client);
      });
    });
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    return this;
  }

  get port() {
    return /** @type {import("node:net").AddressInfo} */ (this.#http.address()).port;
  }

  /** Stores a message, once for each id of the sender, and sends it to the conversation's clients. */
  store(conversation, text, clientId) {
    if (clientId !== undefined && this.#clientIds.has(clientId)) return;
    this.#clientIds.add(clientId);
    this.stored.push({ conversation, text });
    this.broadcast(conversation, text, clientId);
  }

  /** Lets another user write a message. @param {number} conversation @param {string} text */
  post(conversation, text) {
    this.broadcast(conversation, text);
  }

  /** Records that a client has broken a rule. @param {string} what */
  refuse(what) {
    this.refused.push(what);
  }

  async stop() {
    for (const { webSocket } of this.clients) webSocket.terminate();
    this.#http.close();
  }

  /** Whether to accept a handshake. @param {URL} _url @returns {boolean} */
  accepts(_url) {
    return true;
  }

  /** @param {Set<string>} _offered @returns {string | false} the chosen subprotocol */
  chooseProtocol(_offered) {
    return false;
  }

  /** Greets a new connection. @param {Client} _client */
  open(_client) {}

  /** Answers a frame. @param {Client} _client @param {string} _text */
  receive(_client, _text) {
    throw new Error("a wire must implement receive()");
  }

  /**
   * Sends a message to the clients of its conversation.
   *
   * @param {number} _conversation
   * @param {string} _text
   * @param {string} [_clientId]
   */
  broadcast(_conversation, _text, _clientId) {
    throw new Error("a wire must implement broadcast()");
  }
}

/** One connection. */
export class Client {
  /** What the client has joined: by topic, identifier or subscription. @type {Map<any, any>} */
  joined = new Map();
  /** Whether the wire's opening is done. */
  isReady = false;
  /** The client's answers to pings. */
  pongs = 0;

  /** @param {import("ws").WebSocket} webSocket @param {URL} url */
  constructor(webSocket, url) {
    this.webSocket = webSocket;
    this.url = url;
  }

  /** Sends an object or array as JSON, and a string as it is. @param {object | string} frame */
  send(frame) {
    this.webSocket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** @param {number} code @param {string} [reason] */
  close(code, reason) {
    this.webSocket.close(code, reason);
  }
}
