// Maps conversation ids to slots: small integers, so that no string passes through Rust.

/** @typedef {string | number} Id */

export class Conversations {
  // By id: a Map distinguishes 2 from "2".
  byId = new Map();
  // By slot. A number and the string of the same spelling get a pair of slots, an even one and the next odd one,
  // because the wire treats both as one conversation: the keys of a JSON object are strings.
  #bySlot = [];
  // Spelling → the slot assigned to it last.
  #spellings = new Map();
  #freePairs = [];

  /** Returns the conversation of an id; adds it if it is unknown. @param {Id} id */
  of(id) {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const spelling = String(id);
    const slot = this.#pairOf(spelling) + (typeof id === "string" ? 1 : 0);
    // One object holds all that a dispatch needs, with the listeners as a linked list: among thousands of conversations
    // each further object is a cache miss, which costs a fifth of the parse.
    const added = { id, slot, first: undefined, last: undefined };
    this.byId.set(id, added);
    this.#bySlot[slot] = added;
    this.#spellings.set(spelling, slot);
    return added;
  }

  /** Returns the conversation of this slot, or of the pair's other slot if only that one exists or has listeners. */
  at(slot) {
    const named = this.#bySlot[slot];
    const other = this.#bySlot[slot ^ 1];
    return named === undefined || (!hasListeners(named) && hasListeners(other)) ? other : named;
  }

  /** Returns the slot for an object's key. An unknown key becomes a number if it is spelled like one, else a string. */
  slotOfKey(spelling) {
    const number = Number(spelling);
    return this.#spellings.get(spelling) ?? this.of(String(number) === spelling ? number : spelling).slot;
  }

  keyOfSlot(slot) {
    return String((this.#bySlot[slot] ?? this.#bySlot[slot ^ 1]).id);
  }

  has(slot) {
    return this.#bySlot[slot] !== undefined || this.#bySlot[slot ^ 1] !== undefined;
  }

  /** Returns whether the number or the string has listeners. */
  hasListeners({ slot }) {
    return hasListeners(this.#bySlot[slot]) || hasListeners(this.#bySlot[slot ^ 1]);
  }

  /** Forgets the conversations of a pair of slots, and frees the pair. */
  forget(slot) {
    this.#spellings.delete(this.keyOfSlot(slot));
    for (const each of [slot, slot ^ 1]) {
      this.byId.delete(this.#bySlot[each]?.id);
      this.#bySlot[each] = undefined;
    }
    this.#freePairs.push(slot & ~1);
  }

  #pairOf(spelling) {
    const slot = this.#spellings.get(spelling);
    if (slot !== undefined) return slot & ~1;
    return this.#freePairs.pop() ?? this.#spellings.size * 2;
  }
}

/** Returns whether a conversation has listeners, not counting the other slot of its pair. */
export function hasListeners(conversation) {
  return conversation !== undefined && conversation.first !== undefined;
}
