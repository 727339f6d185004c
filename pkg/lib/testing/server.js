// A server without a network: it answers attempts to connect and stores messages. PROTOCOL.md specifies its frames.

import { Arrivals } from "./arrivals.js";
import { Connection } from "./connection.js";
import { History } from "./history.js";

/** @typedef {import("../../testing.js").Frame} Frame */
/** @typedef {import("./web-socket.js").Socket} Socket */
/** @typedef {{connection: Connection, frame: Frame}} Sent */

export class Server {
  /** @type {string[]} */
  attempts = [];
  history = new History();

  /** @type {Arrivals<Connection>} */
  #opened = new Arrivals();
  /** Answers an attempt to connect; `null` while attempts hang. @type {((socket: Socket) => void) | null} */
  #answer = null;
  /** Unanswered attempts. @type {Socket[]} */
  #hanging = [];
  /** Accepts or rejects a message; `null` while messages are held. @type {((sent: Sent) => void) | null} */
  #judge = null;
  /** Held messages. @type {Sent[]} */
  #held = [];

  /**
   * @param {Required<import("../../testing.js").FakeServerOptions>} options
   * @param {Pick<import("../../testing.js").FakeServer, "advance" | "restore">} control
   */
  constructor(options, { advance, restore }) {
    this.options = options;
    this.advance = advance;
    this.restore = restore;
    this.accept();
    this.acceptMessages();
  }

  get connections() {
    return this.#opened.items;
  }

  connection() {
    return this.#opened.next((within) => `no connection opened ${within}; attempts: ${this.attempts.length}`);
  }

  accept() {
    this.#letGo((socket) => this.#open(socket));
  }

  /** @param {number} [code] */
  refuse(code) {
    this.#letGo((socket) => {
      if (code === undefined) socket.close(1006, "", false);
      else if (socket.open()) socket.close(code, "", true);
    });
  }

  hang() {
    this.#answer = null;
  }

  acceptMessages() {
    this.#settle((sent) => this.#store(sent));
  }

  rejectMessages(detail = "The message was refused.") {
    this.#settle(({ connection, frame }) => {
      const { client_id: ref = null, conversation_id } = frame;
      connection.say({ action: "error", code: "not_found", detail, ref, conversation_id });
    });
  }

  holdMessages() {
    this.#judge = null;
  }

  /** @param {Frame} frame */
  post(frame) {
    const message = this.history.store(frame);
    this.#broadcast(message);
    return message;
  }

  /** The page attempts to connect. @param {Socket} socket */
  attempted(socket) {
    this.attempts.push(socket.url);
    // Later, because the page sets its handlers after the constructor has returned.
    void Promise.resolve().then(() => {
      if (this.#answer) this.#answer(socket);
      else this.#hanging.push(socket);
    });
  }

  /** The page has sent a message. @param {Sent} sent */
  sent(sent) {
    if (this.#judge) this.#judge(sent);
    else this.#held.push(sent);
  }

  /** @param {Socket} socket */
  #open(socket) {
    const connection = new Connection(this, socket);
    if (!socket.open()) return;
    this.#opened.push(connection);
  }

  /** @param {Sent} sent */
  #store({ connection, frame }) {
    const { client_id: clientId, ...message } = frame;
    const known = this.history.named(clientId);
    const stored = known ?? this.history.store({ sender_id: this.options.userId, ...message }, clientId);
    if (clientId !== undefined) {
      const { conversation_id, message_id, seq } = stored;
      connection.say({ action: "ack", client_id: clientId, conversation_id, message_id, seq });
    }
    if (!known) this.#broadcast(stored);
  }

  /** @param {import("../../testing.js").PostedMessage} message */
  #broadcast({ seq, ...plain }) {
    for (const connection of this.connections) {
      // Layer 0 has no `seq`.
      connection.say(connection.counts ? { ...plain, seq } : plain);
    }
  }

  /** @param {(socket: Socket) => void} answer */
  #letGo(answer) {
    this.#answer = answer;
    for (const socket of this.#hanging.splice(0)) answer(socket);
  }

  /** @param {(sent: Sent) => void} judge */
  #settle(judge) {
    this.#judge = judge;
    for (const sent of this.#held.splice(0)) judge(sent);
  }
}
