// The messages of a queue that are not settled, as `pending()` shows them.

/** @type {readonly any[]} */
export const NOTHING = Object.freeze([]);

/**
 * @typedef {object} Item
 * @property {any} record what the storage keeps, without its key and its owner
 * @property {boolean} isDurable the storage has it
 * @property {(result: object) => void} resolve settles the promise of sendMessage()
 * @property {object | undefined} entry what `pending()` shows, until that changes
 */

export class Items {
  /** By the id that the keeper has assigned. @type {Map<number, Item>} */
  #items = new Map();
  /** Client id → id. */
  #ids = new Map();
  /** Conversation id → the last list, until `#changed`. */
  #lists = new Map();

  /** @param {number} id @param {any} record @param {(result: object) => void} resolve */
  add(id, record, resolve, isDurable = false) {
    this.#items.set(id, { record, isDurable, resolve, entry: undefined });
    this.#ids.set(record.clientId, id);
    this.#changed();
  }

  /** @param {number} id */
  get(id) {
    return this.#items.get(id);
  }

  /** Returns the id of the message with this client id. @param {string} clientId */
  idOf(clientId) {
    return this.#ids.get(clientId);
  }

  /** Changes what is known of a message. @param {number} id @param {Partial<Item>} changes @param {object} [written] */
  change(id, changes, written) {
    const item = this.#items.get(id);
    if (!item) return;
    Object.assign(item, changes, { entry: undefined });
    Object.assign(item.record, written);
    this.#changed();
  }

  /** The storage may have lost all records. */
  doubt() {
    for (const id of this.#items.keys()) this.change(id, { isDurable: false });
  }

  /** @param {number} id */
  remove(id) {
    const item = this.#items.get(id);
    if (!item) return;
    this.#items.delete(id);
    this.#ids.delete(item.record.clientId);
    this.#changed();
  }

  /** Removes all messages, and returns them. */
  clear() {
    const all = [...this.#items.values()];
    this.#items.clear();
    this.#ids.clear();
    this.#changed();
    return all;
  }

  /** The messages of a conversation, or of all, oldest first: the same array until one of them changes. */
  list(conversationId) {
    const last = this.#lists.get(conversationId);
    if (last?.isCurrent) return last.list;
    const list = [];
    for (const item of this.#items.values()) {
      if (conversationId === null || item.record.conversationId === conversationId) {
        list.push((item.entry ??= shown(item)));
      }
    }
    list.sort((one, other) => one.since - other.since);
    const isSame = last?.list.length === list.length && list.every((entry, at) => entry === last.list[at]);
    const current = isSame ? last.list : list.length === 0 ? NOTHING : Object.freeze(list);
    this.#lists.set(conversationId, { list: current, isCurrent: true });
    return current;
  }

  #changed() {
    for (const each of this.#lists.values()) each.isCurrent = false;
  }
}

/** @param {Item} item */
function shown({ record, isDurable }) {
  const { clientId, conversationId, message, type, since, reason } = record;
  const state = reason === undefined ? "waiting" : "failed";
  return Object.freeze({
    clientId,
    conversationId,
    message,
    type: type ?? "TEXT",
    state,
    durable: isDurable,
    since,
    ...(reason === undefined ? {} : { reason }),
  });
}
