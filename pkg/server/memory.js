// A storage in memory, for tests and samples: everything is lost with the process.

import { notFound } from "./protocol.js";

/**
 * @typedef {import("./index.js").ConversationId} ConversationId
 * @typedef {import("./index.js").Frame} Frame
 * @typedef {import("./index.js").Storage} Storage
 * @typedef {import("./index.js").UserId} UserId
 */

/** Conversations, their participants and messages. @implements {Storage} */
export class MemoryStorage {
  /** The messages of each conversation. @type {Map<ConversationId, Frame[]>} */
  messages = new Map();
  /** @type {Map<ConversationId, number>} */
  #heads = new Map();
  /** @type {Map<ConversationId, Map<UserId, number>>} */
  #floors = new Map();
  /** @type {Map<string, Frame>} */
  #sent = new Map();
  #lastId = 0;
  #names;

  /** @param {Record<UserId, string>} [names] the names of users */
  constructor(names = {}) {
    this.#names = names;
  }

  /** Creates a conversation. @param {ConversationId} conversationId @param {UserId[]} userIds */
  create(conversationId, userIds) {
    this.messages.set(conversationId, []);
    this.#heads.set(conversationId, 0);
    this.#floors.set(conversationId, new Map(userIds.map((userId) => [userId, 0])));
  }

  /** Adds a user, who receives the messages from now on. @param {ConversationId} conversationId @param {UserId} userId */
  join(conversationId, userId) {
    const floors = this.#floors.get(conversationId);
    if (!floors?.has(userId)) floors?.set(userId, this.#head(conversationId));
  }

  /** Removes a user. @param {ConversationId} conversationId @param {UserId} userId */
  leave(conversationId, userId) {
    this.#floors.get(conversationId)?.delete(userId);
  }

  /** Deletes all messages except the newest ones. @param {ConversationId} conversationId @param {number} keep */
  prune(conversationId, keep) {
    const messages = this.messages.get(conversationId) ?? [];
    messages.splice(0, messages.length - keep);
  }

  /** @param {UserId} userId */
  async heads(userId) {
    /** @type {Map<ConversationId, import("./index.js").Head>} */
    const heads = new Map();
    for (const [key, floors] of this.#floors) {
      const floor = floors.get(userId);
      if (floor !== undefined) heads.set(key, { seq: this.#head(key), floor });
    }
    return heads;
  }

  /** @param {ConversationId} conversationId */
  async participants(conversationId) {
    return [...(this.#floors.get(conversationId)?.keys() ?? [])];
  }

  /** @param {import("./index.js").Draft[]} drafts */
  async append(drafts) {
    return drafts.map((draft) => this.#append(draft));
  }

  /** @param {UserId} _userId @param {import("./index.js").Cursor[]} cursors @param {number} limit */
  async after(_userId, cursors, limit) {
    const found = cursors.flatMap(({ conversationId, seq, head }) =>
      (this.messages.get(conversationId) ?? []).filter((frame) => seq < Number(frame.seq) && Number(frame.seq) <= head),
    );
    return found.slice(0, limit);
  }

  /** @param {UserId} userId @param {import("./index.js").Cursor[]} cursors */
  async first(userId, cursors) {
    /** @type {Map<ConversationId, number>} */
    const first = new Map();
    for (const cursor of cursors) {
      const [frame] = await this.after(userId, [cursor], 1);
      if (frame) first.set(cursor.conversationId, Number(frame.seq));
    }
    return first;
  }

  /**
   * @param {UserId} _userId
   * @param {ConversationId} conversationId
   * @param {number | string | undefined} before
   * @param {number} limit
   */
  async history(_userId, conversationId, before, limit) {
    const messages = this.messages.get(conversationId) ?? [];
    const older = messages.filter(({ message_id }) => before === undefined || Number(message_id) < Number(before));
    return older.slice(-limit).reverse();
  }

  /** @param {import("./index.js").Draft} draft @returns {import("./index.js").Outcome} */
  #append({ userId, conversationId, text, type, clientId }) {
    const key = JSON.stringify([userId, clientId]);
    const sent = this.#sent.get(key);
    if (clientId !== undefined && sent) return { frame: sent };
    const floors = this.#floors.get(conversationId);
    if (!floors?.has(userId)) return notFound();
    const seq = this.#head(conversationId) + 1;
    this.#lastId += 1;
    const frame = {
      conversation_id: conversationId,
      seq,
      message: text,
      type,
      sender_id: userId,
      sender_name: this.#names[userId] ?? String(userId),
      message_id: this.#lastId,
      created_at: new Date().toISOString(),
    };
    this.#heads.set(conversationId, seq);
    this.messages.get(conversationId)?.push(frame);
    if (clientId !== undefined) this.#sent.set(key, frame);
    return { frame, recipients: [...floors.keys()] };
  }

  /** @param {ConversationId} conversationId */
  #head(conversationId) {
    return /** @type {number} */ (this.#heads.get(conversationId));
  }
}
