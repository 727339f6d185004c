// Computes the reply to `sync` from heads, cursors and the messages found. Pure.
//
// No message above the heads is returned: messages committed after the heads were read reach the client separately. A
// message at or below its head that isn't found has been deleted.

import { fitting, SYNC_MESSAGES, size, syncFrame } from "./protocol.js";

/**
 * @typedef {import("./index.js").ConversationId} ConversationId
 * @typedef {import("./index.js").Cursor} Cursor
 * @typedef {import("./index.js").Frame} Frame
 * @typedef {Map<ConversationId, number>} Seqs
 */

/**
 * One `sync`: which messages to read, and the reply made of them.
 *
 * Read `wanted()` first. If `beginsEverywhere()` is false, the history of a conversation begins later than the client's
 * cursor: find where with `everything()`, `begin()` there, and read `wanted()` again.
 */
export class CatchUp {
  #request;
  /** @type {Seqs} */
  #heads = new Map();
  /** @type {Seqs} */
  #cursors = new Map();
  /** The `seq` after which each conversation's messages begin: the cursor, or the floor. @type {Seqs} */
  #after = new Map();

  /**
   * @param {import("./protocol.js").Sync} request
   * @param {Map<ConversationId, import("./index.js").Head>} heads
   */
  constructor(request, heads) {
    this.#request = request;
    for (const [key, { seq, floor = 0 }] of heads) {
      this.#heads.set(key, seq);
      const cursor = request.after.get(key);
      if (cursor === undefined) continue;
      this.#cursors.set(key, cursor);
      this.#after.set(key, Math.max(cursor, floor));
    }
  }

  /**
   * Returns the ranges of one batch: at most SYNC_MESSAGES numbers altogether. They are known in advance, because `seq` is
   * consecutive: so a storage reads exactly these messages, and sorts nothing else.
   */
  wanted() {
    /** @type {Cursor[]} */
    const ranges = [];
    let room = SYNC_MESSAGES;
    for (const cursor of this.everything()) {
      if (room === 0) break;
      const head = Math.min(cursor.head, cursor.seq + room);
      room -= head - cursor.seq;
      ranges.push({ ...cursor, head });
    }
    return ranges;
  }

  /** Returns the whole ranges between cursors and heads. */
  everything() {
    /** @type {Cursor[]} */
    const ranges = [];
    for (const [conversationId, seq] of this.#after) {
      const head = this.#head(conversationId);
      if (seq < head) ranges.push({ conversationId, seq, head });
    }
    return ranges;
  }

  /** Returns whether the messages of every wanted range begin directly after its cursor. @param {Frame[]} found */
  beginsEverywhere(found) {
    const first = firstSeqs(found);
    return this.wanted().every(({ conversationId, seq }) => first.get(conversationId) === seq + 1);
  }

  /**
   * Moves the beginning of each conversation to its first remaining message.
   *
   * @param {Seqs} first its `seq`, or a lower one; none if no message of `everything()` is left
   */
  begin(first) {
    for (const { conversationId, seq, head } of this.everything()) {
      this.#after.set(conversationId, Math.min(Math.max((first.get(conversationId) ?? head + 1) - 1, seq), head));
    }
  }

  /** Returns the sync_response. @param {Frame[]} found the messages of `wanted()` */
  reply(found) {
    const after = new Map([...this.#after, ...this.#begins(found)]);
    const floors = new Map([...after].filter(([key, seq]) => seq > /** @type {number} */ (this.#cursors.get(key))));
    const around = size(syncFrame(this.#request, [], this.#heads, floors, false));
    // Otherwise the heads of thousands of conversations would leave room for one message only.
    const room = Math.max(this.#request.bytes - around, Math.floor(this.#request.bytes / 2));
    const batch = fitting(consecutive(found, after), room);
    const reached = new Map([...after, ...batch.map(placeOf)]);
    const hasMore = [...reached].some(([key, seq]) => seq < this.#head(key));
    return syncFrame(this.#request, batch, this.#heads, floors, hasMore);
  }

  /**
   * Returns the `seq` after which the messages of each wanted range begin; its end if all of them have been deleted.
   *
   * @param {Frame[]} found
   */
  #begins(found) {
    const first = firstSeqs(found);
    return this.wanted().map(
      ({ conversationId, head }) =>
        /** @type {[ConversationId, number]} */ ([conversationId, (first.get(conversationId) ?? head + 1) - 1]),
    );
  }

  /** @param {ConversationId} key */
  #head(key) {
    return /** @type {number} */ (this.#heads.get(key));
  }
}

/** @param {Frame} frame @returns {[ConversationId, number]} */
function placeOf({ conversation_id, seq }) {
  return [/** @type {ConversationId} */ (conversation_id), /** @type {number} */ (seq)];
}

/** @param {Frame[]} found */
function firstSeqs(found) {
  /** @type {Seqs} */
  const first = new Map();
  for (const [key, seq] of found.map(placeOf)) if (!first.has(key)) first.set(key, seq);
  return first;
}

/**
 * Returns the messages up to the first missing one of each conversation (deleted by hand): the next batch begins after
 * it, with a floor.
 *
 * @param {Frame[]} found
 * @param {Seqs} after
 */
function consecutive(found, after) {
  const reached = new Map(after);
  return found.filter((frame) => {
    const [key, seq] = placeOf(frame);
    if (seq !== /** @type {number} */ (reached.get(key)) + 1) return false;
    reached.set(key, seq);
    return true;
  });
}
