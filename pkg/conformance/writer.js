// Sends messages of one user and keeps account of their replies.

import { setTimeout as sleep } from "node:timers/promises";

import { expect, Violation } from "./violation.js";
import { isAck, isError } from "./world.js";

/** @typedef {import("./socket.js").Socket} Socket */

/** The pause after a message once the server limits the rate, in ms: below the limit, it stores without a pause. */
const PACE = 25;

/** The messages of one user, sent in order: rejected ones are sent again before new ones. */
export class Writer {
  /** In the order of sending. @type {any[]} */
  frames = [];
  /** By `client_id`. @type {Map<string, any>} */
  acks = new Map();
  #pace = 0;

  /** @param {import("./world.js").World} world @param {"a" | "b"} user */
  constructor(world, user) {
    this.world = world;
    this.user = user;
  }

  get unacknowledged() {
    return this.frames.filter(({ client_id }) => !this.acks.has(client_id));
  }

  /**
   * Writes until the connection ends.
   *
   * @param {Socket} socket
   * @param {number[]} sizes how many messages are in flight, one size after the other
   */
  async writeOn(socket, sizes) {
    try {
      for (let round = 0; ; round++) {
        await this.write(socket, this.#pace > 0 ? 1 : sizes[round % sizes.length]);
        await sleep(this.#pace);
      }
    } catch (error) {
      if (!(error instanceof Violation) || !socket.ended) throw error;
    }
  }

  /** Sends messages in a row, until each is acknowledged. @param {Socket} socket @param {number} size */
  async write(socket, size) {
    const group = Array.from({ length: size }, () => this.world.message({ client_id: this.world.id() }));
    this.frames.push(...group);
    let waiting = group;
    while (waiting.length > 0) {
      for (const frame of waiting) socket.send(frame);
      const replies = [];
      for (const frame of waiting) replies.push(await this.#replyTo(socket, frame));
      waiting = waiting.filter((_, index) => isError(replies[index]));
      if (waiting.length === 0) continue;
      this.#pace = PACE;
      await sleep(Math.max(...replies.map(({ retry_after = 0 }) => retry_after)));
    }
  }

  /** @param {Socket} socket @param {any} frame */
  async #replyTo(socket, frame) {
    const { client_id } = frame;
    const isReply = (/** @type {any} */ reply) =>
      isAck(reply, client_id) || (isError(reply) && reply.ref === client_id && reply.retry_after > 0);
    const reply = await socket.next(isReply, "an `ack`, or an error with `retry_after`");
    if (isAck(reply, client_id)) this.acks.set(client_id, reply);
    return reply;
  }

  /** Sends again what has no `ack`, and the last message that has one. @param {Socket} socket */
  async sendAgain(socket) {
    const known = this.frames.findLast(({ client_id }) => this.acks.has(client_id));
    for (const frame of [...(known ? [known] : []), ...this.unacknowledged]) {
      const ack = await this.world.say(socket, frame);
      const first = this.acks.get(frame.client_id) ?? ack;
      expect(ack.seq === first.seq, `the first \`ack\` also after a restart: ${JSON.stringify(first)}`, ack);
      this.acks.set(frame.client_id, ack);
    }
  }
}
