// The stored messages, numbered within their conversations.

export class History {
  /** By conversation id as a string. @type {Map<string, import("../../testing.js").PostedMessage[]>} */
  #conversations = new Map();
  /** By client id. @type {Map<unknown, import("../../testing.js").PostedMessage>} */
  #named = new Map();
  #count = 0;

  /** Returns the message with this client id. @param {unknown} clientId */
  named(clientId) {
    return this.#named.get(clientId);
  }

  /** @param {import("../../testing.js").Frame} frame @param {unknown} [clientId] */
  store({ conversation_id, ...frame }, clientId) {
    const messages = this.of(conversation_id);
    this.#count += 1;
    const message = /** @type {import("../../testing.js").PostedMessage} */ ({
      conversation_id,
      seq: messages.length + 1,
      message_id: this.#count,
      type: "TEXT",
      created_at: new Date().toISOString(),
      ...frame,
    });
    this.#conversations.set(String(conversation_id), [...messages, message]);
    if (clientId !== undefined) this.#named.set(clientId, message);
    return message;
  }

  /** Returns a conversation's messages, oldest first. @param {unknown} conversationId */
  of(conversationId) {
    return this.#conversations.get(String(conversationId)) ?? [];
  }

  /** Returns the messages after these cursors. @param {Record<string, number>} cursors */
  after(cursors) {
    return Object.entries(cursors).flatMap(([id, seq]) => this.of(id).slice(seq));
  }

  /** Each conversation's highest number. */
  get heads() {
    return Object.fromEntries([...this.#conversations].map(([id, messages]) => [id, messages.length]));
  }

  /** The sum of the heads. */
  get total() {
    return this.#count;
  }
}
