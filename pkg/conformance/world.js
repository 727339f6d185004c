// The two users, their connections and the conversation that they share.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { CommandFailed } from "./command.js";
import { Socket } from "./socket.js";
import { expect, Skip } from "./violation.js";

export class World {
  /** @type {Socket[]} */
  #sockets = [];
  /** The id of user B, once it is known. @type {string | undefined} */
  #userB;

  /** @param {any} options see options.js @param {(url: string, headers: Record<string, string>) => any} connect */
  constructor(options, connect) {
    this.options = options;
    this.connect = connect;
    /** @type {number | string} */
    this.conversation = options.conversation;
  }

  /** A text that no other message has. @param {string} [what] */
  text(what = "conformance") {
    return `${what} ${randomUUID()}`;
  }

  id() {
    return randomUUID();
  }

  /** A message's frame. @param {object} [members] @returns {any} */
  message(members) {
    return { conversation_id: this.conversation, message: this.text(), type: "TEXT", id: this.id(), ...members };
  }

  /**
   * Opens a connection with layer 0. The check's end closes it.
   *
   * @param {"a" | "b" | null} user null has no login
   * @param {{path?: string, origin?: string}} [other] replaces the path or the origin
   */
  async open(user, { path, origin = this.options.origin } = {}) {
    const { query = "", headers = {} } = user ? this.options.users[user] : {};
    const url = new URL(this.options.url);
    if (path) url.pathname = path;
    new URLSearchParams(query).forEach((value, name) => url.searchParams.set(name, value));
    const socket = new Socket(
      this.connect(url.href, { ...headers, ...(origin && { Origin: origin }) }),
      this.options.timeout,
    );
    this.#sockets.push(socket);
    await socket.opened();
    return socket;
  }

  /** Opens a connection with layer 1. @param {"a" | "b"} user @param {object} [cursors] */
  async join(user, cursors = {}) {
    const socket = await this.open(user);
    const welcome = await this.hello(socket, cursors);
    return Object.assign(socket, { welcome });
  }

  /** Joins as soon as a restarted server accepts connections. @param {"a" | "b"} user */
  async reopen(user) {
    const end = Date.now() + this.options.timeout;
    for (;;) {
      const socket = await this.open(user);
      if (socket.isOpen) return Object.assign(socket, { welcome: await this.hello(socket) });
      expect(Date.now() < end, "the restarted server accepts a connection", socket.ended);
      await sleep(100);
    }
  }

  /** @param {Socket} socket @param {object} [cursors] @param {number} [protocol] */
  async hello(socket, cursors = {}, protocol = 1) {
    socket.send({ action: "hello", protocol, cursors });
    return socket.next((frame) => frame?.action === "welcome", "a `welcome`");
  }

  /** Sends a message with a `client_id` and returns its `ack`. @param {Socket} socket @param {any} [members] */
  async say(socket, members) {
    const frame = this.message({ client_id: this.id(), ...members });
    return socket.request(frame, (reply) => isAck(reply, frame.client_id), "the `ack` of the message");
  }

  /** Sends a message, waits until it is pushed to its sender as well, and returns its `ack`. @param {Socket} socket */
  async write(socket, message = this.text()) {
    const ack = await this.say(socket, { message });
    await socket.next((frame) => isMessage(frame, message), "the message is pushed to its sender");
    return ack;
  }

  /** Sends a message without a `client_id`, and returns it as pushed. @param {Socket} socket @param {any} [members] */
  async sayPlainly(socket, members) {
    const frame = this.message(members);
    return socket.request(frame, (reply) => isMessage(reply, frame.message), "the message is pushed to its sender");
  }

  /** @param {Socket} socket @param {any} [members] */
  async history(socket, members) {
    const frame = { action: "get_messages", conversation_id: this.conversation, id: this.id(), ...members };
    const reply = await socket.request(
      frame,
      (reply) => reply?.action === "messages_response",
      "a `messages_response`",
    );
    expect(Array.isArray(reply.messages), "`messages` of a `messages_response` is an array", reply);
    return reply;
  }

  /** @param {Socket} socket @param {object} after @param {object} [members] */
  async sync(socket, after, members) {
    const frame = { action: "sync", after, id: this.id(), ...members };
    return socket.request(
      frame,
      (reply) => reply?.action === "sync_response" && reply.id === frame.id,
      "a `sync_response` with the `id` of the `sync`",
    );
  }

  /**
   * Requests batches until the cursor has reached the head, as a client does. Each batch must continue where the last
   * one ended, or at a floor.
   *
   * @param {Socket} socket @param {number} cursor @param {object} [members]
   * @returns {Promise<{messages: any[], floors: number[]}>}
   */
  async catchUp(socket, cursor, members = { bytes: 262_144 }) {
    const id = String(this.conversation);
    const [messages, floors] = [/** @type {any[]} */ ([]), /** @type {number[]} */ ([])];
    for (;;) {
      const reply = await this.sync(socket, { [id]: cursor }, members);
      const floor = reply.floors?.[id];
      if (floor !== undefined) floors.push(floor);
      let reached = Math.max(cursor, floor ?? 0);
      for (const message of reply.messages) {
        const hole = { after: reached, message, floors: reply.floors };
        expect(message.seq === reached + 1, `the message ${reached + 1}, or a floor above ${reached}`, hole);
        reached = message.seq;
      }
      messages.push(...reply.messages);
      const { has_more, complete, heads } = reply;
      const rest = { cursor, messages: reply.messages.length, has_more, complete, heads, floors: reply.floors };
      const isComplete = Object.keys(reply.floors ?? {}).length === 0;
      expect(complete === isComplete, "`complete` false exactly if there are floors", rest);
      if (!has_more) {
        expect(reached >= this.headOf(reply), `messages up to the head, or a floor, after ${reached}`, rest);
        return { messages, floors };
      }
      expect(reached > cursor, "a cut batch that moves the cursor", rest);
      cursor = reached;
    }
  }

  /** Returns the `total`. @param {Socket} socket */
  async ping(socket) {
    const id = this.id();
    const isPong = (reply) => reply?.action === "pong" && reply.id === id;
    return (await socket.request({ action: "ping", id }, isPong, "a `pong` with the `id` of the `ping`")).total;
  }

  /** An id of the same type as the conversation's, which no conversation has. */
  get missing() {
    return typeof this.conversation === "number" ? 999_999_999 : "none";
  }

  /** The head of the shared conversation. @param {any} frame a `welcome` or a `sync_response` */
  headOf(frame) {
    return frame.heads?.[String(this.conversation)];
  }

  /**
   * Makes user B leave the conversation, and join it again after `work`, even if that fails: the next checks need both
   * users. The check is skipped without --leave.
   *
   * @template T @param {() => Promise<T>} work
   */
  async whileAway(work) {
    const [leave, join] = [this.need("leave", "--leave COMMAND and --join COMMAND"), this.options.join];
    const variables = await this.#variables();
    await leave(variables);
    try {
      return await work();
    } finally {
      await join(variables);
    }
  }

  /** The environment of --leave and --join. @returns {Promise<Record<string, string>>} */
  async #variables() {
    const conversation = { CONVERSATION_ID: String(this.conversation) };
    if (this.options.layer === 0) return conversation;
    this.#userB ??= String((await this.join("b")).welcome.user_id);
    return { ...conversation, USER_ID: this.#userB };
  }

  /**
   * Kills the server and starts it again. Throws a CommandFailed if these connections last.
   *
   * @param {Socket[]} sockets
   */
  async restart(sockets) {
    await this.need("restart", "--restart COMMAND")({});
    const ends = await Promise.allSettled(sockets.map((socket) => socket.closed()));
    if (ends.some(({ status }) => status === "rejected")) {
      throw new CommandFailed("--restart must kill the server; a connection from before the command is still open");
    }
  }

  /** @param {string} name of an option @param {string} [shape] */
  need(name, shape = `--${name}`) {
    if (this.options[name] === undefined) throw new Skip(`needs ${shape}`);
    return this.options[name];
  }

  /** Closes the connections of one check, so that the next one begins without them. */
  async clear() {
    const sockets = this.#sockets.splice(0);
    for (const socket of sockets) socket.close();
    // A server that does not reply to the close is the next check's matter.
    await Promise.allSettled(sockets.map((socket) => socket.closed()));
  }
}

/** @param {any} frame @param {string} clientId */
export const isAck = (frame, clientId) => frame?.action === "ack" && frame.client_id === clientId;

/** @param {any} frame @param {string} text */
export const isMessage = (frame, text) => frame?.action === undefined && frame?.message === text;

/** @param {any} frame */
export const isError = (frame) => frame?.action === "error";
