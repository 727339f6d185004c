// The two users, their connections and the conversation that they share.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { Socket } from "./socket.js";
import { expect, Skip } from "./violation.js";

export class World {
  /** @type {Socket[]} */
  #sockets = [];

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

  /** Returns the `total`. @param {Socket} socket */
  async ping(socket) {
    const id = this.id();
    const isPong = (reply) => reply?.action === "pong" && reply.id === id;
    return (await socket.request({ action: "ping", id }, isPong, "a `pong` with the `id` of the `ping`")).total;
  }

  /** The head of the shared conversation. @param {any} frame a `welcome` or a `sync_response` */
  headOf(frame) {
    return frame.heads?.[String(this.conversation)];
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
