// A small faithful server that keeps its messages in memory, with a switch for each fault.

import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";

import { readFrame, Refused } from "./frames.mjs";

const PARTICIPANTS = { 2: ["ana", "ben"], 7: ["ana"], 9: ["ben"] };
/** Messages of one user per window, and the window in ms. */
const LIMIT = 300;
const WINDOW = 1000;

/** @typedef {"none" | "seq with a hole" | "ack before the message is stored" | "repeated message stored twice" | "ack of a repeated message lost" | "repeated message broadcast" | "heads above the stored messages" | "error closes the connection" | "error without a ref" | "history sent to all connections" | "floor missing" | "message above the heads of sync" | "has_more without progress" | "wrong total in pong" | "hello answered by an error when busy" | "message overtakes a rejected one" | "numbers above 2^53 accepted" | "replies out of order"} Fault */

/** Starts the server. @param {Fault} fault */
export async function startServer(fault) {
  const server = new WebSocketServer({ port: 0, maxPayload: 2 ** 20 });
  const state = new State(fault, server);
  server.on("connection", (socket, request) => state.connect(socket, request));
  await new Promise((resolve) => server.once("listening", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `ws://127.0.0.1:${port}/ws/inbox/`,
    async stop() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class State {
  /** By conversation. The history of 2 begins after a floor. @type {Record<string, any[]>} */
  messages = { 2: [], 7: [], 9: [] };
  floors = { 2: 5, 7: 0, 9: 0 };
  heads = { 2: 5, 7: 0, 9: 0 };
  /** By sender and client_id. */
  sent = new Map();
  /** By user: the messages in this window. */
  counts = new Map();
  lastId = 0;

  /** @param {Fault} fault @param {WebSocketServer} server */
  constructor(fault, server) {
    this.fault = fault;
    this.server = server;
  }

  connect(socket, request) {
    socket.on("error", () => {}); // a close follows
    const { pathname, searchParams } = new URL(request.url, "ws://localhost");
    const { origin } = request.headers;
    if (pathname !== "/ws/inbox/") return socket.close(4404);
    if (origin !== undefined && origin !== "https://chat.example") return socket.close(4403);
    Object.assign(socket, { user: searchParams.get("user"), layer: 0, frames: 0, rejected: null });
    if (socket.user === null) return socket.close(4401);
    socket.on("message", (data) => this.receive(socket, String(data)));
  }

  receive(socket, text) {
    let frame = {};
    try {
      socket.frames += 1;
      const largeNumbers = this.fault === "numbers above 2^53 accepted";
      frame = readFrame(text, socket.layer, largeNumbers);
      const reply = this.do(socket, frame);
      if (reply) this.reply(socket, frame, reply);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refuse(socket, error);
    }
  }

  async reply(socket, frame, reply) {
    const text = JSON.stringify(reply);
    if (this.fault === "replies out of order" && frame.action === "sync") await sleep(20);
    socket.send(text);
    if (this.fault === "history sent to all connections" && reply.action === "messages_response") {
      for (const other of this.others(reply.conversation_id)) if (other !== socket) other.send(text);
    }
  }

  /** @param {any} socket @param {Refused} refused */
  refuse(socket, { code, message, frame, retryAfter }) {
    const ref = this.fault === "error without a ref" && code === "unknown_action" ? null : undefined;
    const { client_id, id, conversation_id } = frame;
    const error = { action: "error", code, detail: message, ref: ref === null ? null : (client_id ?? id ?? null) };
    socket.send(JSON.stringify({ ...error, conversation_id, retry_after: retryAfter }));
    // A JSON error only: the malformed frames would fail too.
    if (this.fault === "error closes the connection" && code === "unknown_action" && ref === undefined) {
      if (frame.id === undefined && frame.action === "conformance" && socket.frames === 2) socket.close(4400);
    }
  }

  do(socket, frame) {
    switch (frame.action) {
      case undefined:
        return this.message(socket, frame);
      case "get_messages":
        return this.history(socket, frame);
      case "hello":
        return this.hello(socket);
      case "sync":
        return this.sync(socket, frame);
      default:
        return this.pong(socket, frame);
    }
  }

  message(socket, frame) {
    const { conversation_id: id, message, type = "TEXT" } = frame;
    const clientId = socket.layer === 1 ? frame.client_id : undefined;
    const key = clientId === undefined ? undefined : JSON.stringify([socket.user, clientId]);
    const first = key && this.sent.get(key);
    if (first && (this.fault !== "repeated message stored twice" || id !== first.conversation_id))
      return this.repeated(first, clientId);
    this.participant(socket, frame);
    this.takeTurn(socket, frame);
    const stored = {
      conversation_id: id,
      seq: this.number(id),
      message,
      type,
      sender_id: socket.user,
      message_id: ++this.lastId,
      created_at: new Date().toISOString(),
    };
    if (key && !first) this.sent.set(key, stored);
    if (this.fault === "ack before the message is stored") setTimeout(() => this.store(stored), 20);
    else this.store(stored);
    // A stored duplicate still gets the first one's ack.
    return clientId === undefined ? undefined : ackOf(first ?? stored, clientId);
  }

  repeated(first, clientId) {
    if (this.fault === "ack of a repeated message lost") return undefined;
    if (this.fault === "repeated message broadcast") this.broadcast(first);
    return ackOf(first, clientId);
  }

  number(id) {
    const writers = new Set([...this.server.clients].map((/** @type {any} */ { user, layer }) => layer === 1 && user));
    const many = this.server.clients.size >= 4 && writers.has("ana") && writers.has("ben");
    const step = this.fault === "seq with a hole" && many && this.heads[id] % 7 === 0 ? 2 : 1;
    return (this.heads[id] += step);
  }

  store(stored) {
    this.messages[stored.conversation_id].push(stored);
    this.broadcast(stored);
  }

  broadcast(stored) {
    for (const socket of this.others(stored.conversation_id)) socket.send(JSON.stringify(stored));
  }

  /** @returns {any[]} the connections of the participants */
  others(id) {
    return [...this.server.clients].filter((/** @type {any} */ { user }) => PARTICIPANTS[id].includes(user));
  }

  /** Rejects the message if the user has sent too many, or if it would overtake a rejected one. */
  takeTurn(socket, frame) {
    const name = frame.client_id ?? "";
    const turn = socket.rejected;
    const overtakes = turn && turn.name !== name && Date.now() < turn.until;
    const window = this.counts.get(socket.user);
    const count = window && window.end > Date.now() ? window : { end: Date.now() + WINDOW, messages: 0 };
    this.counts.set(socket.user, count);
    const isFull = count.messages >= LIMIT;
    const isLeaky = this.fault === "message overtakes a rejected one" && isFull && ++count.messages % 10 === 0;
    if ((overtakes || isFull) && !isLeaky) {
      const retryAfter = Math.max(1, count.end - Date.now());
      if (!overtakes && socket.layer === 1) socket.rejected = { name, until: Date.now() + retryAfter + 10_000 };
      throw new Refused("rate_limited", "too many frames", frame, retryAfter);
    }
    if (!isLeaky) count.messages += 1;
    if (turn?.name === name) socket.rejected = null;
  }

  history(socket, frame) {
    this.participant(socket, frame);
    const { conversation_id, before = Number.POSITIVE_INFINITY, limit = 50 } = frame;
    const older = this.messages[conversation_id].filter(({ message_id }) => message_id < before);
    const messages = older.slice(-limit);
    return { action: "messages_response", conversation_id, messages, has_more: older.length > messages.length };
  }

  hello(socket) {
    const isBusy = [...this.server.clients].some((/** @type {any} */ { frames }) => frames > 900);
    if (this.fault === "hello answered by an error when busy" && isBusy && socket.layer === 0) {
      throw new Refused("rate_limited", "too many frames", {}, 100);
    }
    socket.layer = 1;
    const heads = this.headsOf(socket.user);
    if (this.fault === "heads above the stored messages") heads["2"] += 1;
    return { action: "welcome", protocol: 1, user_id: socket.user, heartbeat: 25_000, heads };
  }

  sync(socket, { id, after, bytes = 32_768 }) {
    const heads = this.headsOf(socket.user);
    /** @type {any[]} */
    const messages = [];
    /** @type {Record<string, number>} */
    const floors = {};
    let [size, isCut] = [0, false];
    for (const [conversation, cursor] of Object.entries(after).filter(([key]) => key in heads)) {
      if (cursor < this.floors[conversation]) floors[conversation] = this.floors[conversation];
      for (const message of this.messages[conversation].filter(({ seq }) => seq > cursor)) {
        size += Buffer.byteLength(JSON.stringify(message)) + 1;
        isCut ||= messages.length === 200 || (messages.length > 0 && size > bytes - 200);
        if (!isCut) messages.push(message);
      }
    }
    const complete = Object.keys(floors).length === 0;
    const reply = { action: "sync_response", id, messages, heads, has_more: isCut, complete, floors };
    if (this.fault === "floor missing") Object.assign(reply, { floors: {}, complete: true });
    if (this.fault === "has_more without progress" && isCut && bytes === 4096) reply.messages = [];
    if (this.fault === "message above the heads of sync" && messages.length > 4) heads["2"] = messages[0].seq;
    return reply;
  }

  pong(socket, { id }) {
    const total = Object.values(this.headsOf(socket.user)).reduce((sum, head) => sum + head, 0);
    return { action: "pong", id, total: this.fault === "wrong total in pong" ? total + 1000 : total };
  }

  headsOf(user) {
    const own = Object.entries(this.heads).filter(([id]) => PARTICIPANTS[id].includes(user));
    return Object.fromEntries(own);
  }

  participant(socket, frame) {
    if (!PARTICIPANTS[frame.conversation_id]?.includes(socket.user)) {
      throw new Refused("not_found", "unknown conversation", frame);
    }
  }
}

function ackOf({ conversation_id, message_id, seq }, client_id) {
  return { action: "ack", client_id, conversation_id, message_id, seq };
}
