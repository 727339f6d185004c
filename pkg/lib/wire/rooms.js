// The conversations that the server sends frames of only after a join, and until a leave.

import { reasonOf } from "./members.js";

export class Rooms {
  #members;
  #listeners;
  #later;
  #options;
  #refused;
  /** The connection, once conversations can be joined on it. @type {import("./opening.js").Opening | undefined} */
  #connection;
  /** Conversation id → why the server has refused the join, if it has. @type {Map<any, Promise<string | undefined>>} */
  #joins = new Map();

  /** @param {(conversationId: any, detail: string) => void} refused */
  constructor(members, options, listeners, later, refused) {
    this.#members = members;
    this.#options = options;
    this.#listeners = listeners;
    this.#later = later;
    this.#refused = refused;
  }

  /** Joins all conversations with listeners on a new connection. Resolves when each join has been answered. */
  begin(connection) {
    this.#connection = connection;
    const { byId } = this.#listeners.conversations;
    return Promise.all([...byId.values()].filter(({ first }) => first).map(({ id }) => this.join(id)));
  }

  end() {
    this.#connection = undefined;
    this.#joins.clear();
  }

  /** Joins a conversation that has listeners, unless it is joined already. */
  join(id) {
    if (this.#connection && this.#members.adapter.join && !this.#joins.has(id)) this.#joins.set(id, this.#ask(id));
    return this.#joins.get(id);
  }

  /** Leaves a conversation soon, unless it has listeners again. */
  leave(id) {
    const { linger = 250 } = this.#options;
    this.#later(() => {
      if (this.#listeners.conversations.byId.get(id)?.first || !this.#joins.delete(id)) return;
      this.#members.read(() => this.#send("leave", this.#members.adapter.leave?.(id), this.#connection));
    }, linger);
  }

  /** @returns {Promise<string | undefined>} */
  async #ask(id) {
    const connection = this.#connection;
    try {
      const frame = this.#members.adapter.join(id, connection);
      // A promise's value is not a frame: it may be the answer that `join` has waited for.
      if (typeof frame?.then === "function") await Promise.race([frame, this.#timeout(id)]);
      else this.#send("join", frame, connection);
    } catch (error) {
      if (connection !== this.#connection) return;
      this.#members.report(error);
      const reason = reasonOf(error);
      this.#refused(id, reason);
      return reason;
    }
  }

  /** One conversation must not keep the others from opening. */
  #timeout(id) {
    const ms = (this.#options.connectTimeout ?? 5000) / 2;
    const error = new Error(`\`adapter.join\` must settle within ${ms} ms; it has not for ${JSON.stringify(id)}`);
    return new Promise((_, reject) => this.#later(() => reject(error), ms));
  }

  #send(member, frame, connection) {
    if (frame !== undefined && frame !== null) connection?.send(this.#members.text(member, frame));
  }
}
