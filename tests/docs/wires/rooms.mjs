// The wire of docs/adapters.md's first examples: a chat with rooms, whose members a test turns on as it needs them.

import { FORBIDDEN, Wire } from "./wire.mjs";

// Many, because a page on a busy machine may stand still for seconds.
const MOST_UNANSWERED = 50;

export class Rooms extends Wire {
  /** The replies to pings. */
  pongs = 0;
  /** Whether the server stores messages without acknowledging them, as if the connection were lost in between. */
  isSilent = false;

  /**
   * @param {object} [rules]
   * @param {boolean} [rules.joins] whether a client must join a room before it sends to it or receives its messages
   * @param {string} [rules.token] the token that the first frame must contain
   * @param {number} [rules.pingEvery] in ms; a client that replies to none of fifty pings is disconnected
   * @param {boolean} [rules.acknowledges] whether the server acknowledges messages
   */
  constructor({ joins = false, token, pingEvery, acknowledges = false } = {}) {
    super();
    this.joins = joins;
    this.token = token;
    this.pingEvery = pingEvery;
    this.acknowledges = acknowledges;
  }

  open(client) {
    client.isReady = this.token === undefined;
    if (this.pingEvery === undefined) return;
    let unanswered = 0;
    const timer = setInterval(() => {
      if (unanswered === MOST_UNANSWERED) {
        this.refuse("no pong");
        client.close(4408, "no pong");
      }
      unanswered += 1;
      client.send({ type: "ping" });
    }, this.pingEvery);
    client.answered = () => (unanswered = 0);
    client.webSocket.on("close", () => clearInterval(timer));
  }

  receive(client, text) {
    const frame = JSON.parse(text);
    if (frame.type === "auth") return this.#authenticate(client, frame);
    if (!client.isReady) {
      this.refuse(`before authentication: ${text}`);
      return client.close(4401, "authenticate first");
    }
    const { chat_room_id: room, text: message, ref } = frame.data ?? frame;
    switch (frame.type) {
      case undefined:
        return this.#message(client, room, message, ref);
      case "join":
        return this.#join(client, room);
      case "leave":
        return client.joined.delete(room);
      case "history":
        return client.send({ type: "history", data: { chat_room_id: room, messages: this.#messagesOf(room) } });
      case "pong":
        this.pongs += 1;
        return client.answered();
      default:
        this.refuse(`an unknown type: ${text}`);
    }
  }

  broadcast(room, text, ref) {
    for (const client of this.clients) {
      if (client.isReady && (!this.joins || client.joined.has(room))) {
        client.send({ data: { chat_room_id: room, text, ...(ref === undefined ? {} : { ref }) } });
      }
    }
  }

  #authenticate(client, { token }) {
    if (token !== this.token) {
      client.send({ type: "auth_error", detail: "The token has expired." });
      return client.close(4401, "The token has expired.");
    }
    client.isReady = true;
    client.send({ type: "auth_ok" });
  }

  #join(client, room) {
    if (room === FORBIDDEN) return client.send({ type: "join_error", chat_room_id: room, detail: "Not a member." });
    client.joined.set(room, true);
    client.send({ type: "joined", chat_room_id: room });
  }

  #message(client, room, text, ref) {
    if (typeof room !== "number" || typeof text !== "string") return this.refuse(`a message without room or text`);
    if (this.joins && !client.joined.has(room)) return this.refuse(`a message to room ${room}, which was not joined`);
    if (room === FORBIDDEN) return client.send({ type: "rejected", ref, reason: "Not a member." });
    this.store(room, text, ref);
    if (this.acknowledges && !this.isSilent) client.send({ type: "ack", ref });
  }

  #messagesOf(room) {
    return this.stored.filter(({ conversation }) => conversation === room).map(({ text }) => ({ text }));
  }
}
